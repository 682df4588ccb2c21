/** The message of an error as a sentence for people: `the file is empty` is `The file is empty.` */
export function sentence(message: string): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`;
}
