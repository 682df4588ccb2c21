/** Something was asked to work whose settings are not all there. */
export class MissingSettingError extends Error {
  override readonly name = "MissingSettingError";
  readonly settings: readonly string[];

  constructor(settings: readonly string[]) {
    super(`missing ${settings.length === 1 ? "setting" : "settings"}: ${settings.join(", ")}`);
    this.settings = settings;
  }
}
