/** A setting has a value, but none that can work: an address that is no URL, a key that is no base64. */
export class InvalidSettingError extends Error {
  override readonly name = "InvalidSettingError";
  readonly setting: string;

  /** `fault` completes "The setting NAME …" and never contains the value, which may be secret. */
  constructor(setting: string, fault: string, options?: ErrorOptions) {
    super(`the setting ${setting} ${fault}`, options);
    this.setting = setting;
  }
}
