import type { Store } from "./store.ts";

/** Keeps nothing: everything ends with the process. */
export function memoryStore(): Store {
  let entities = 0;
  const nothing = (): void => {};
  return {
    register: () => ({ id: ++entities, lastSequence: 0 }),
    messages: () => [],
    content: (entity, sequence) => {
      throw new Error(`message ${sequence} of entity ${entity} has no content`);
    },
    insert: nothing,
    update: nothing,
    replace: nothing,
    remove: nothing,
    sessionStates: () => [],
    setSessionState: nothing,
    duplicates: () => [],
    rememberDuplicate: nothing,
    forgetDuplicates: nothing,
    rules: () => undefined,
    setRules: nothing,
    commit: nothing,
    close: nothing,
  };
}
