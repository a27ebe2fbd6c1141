import { type ErrorParts, HeddleError } from "@heddle/core/internal/base/errors.js";

/** A request that is not answered as asked: its HTTP status, and the reason in words. */
export class Refusal extends HeddleError {
  override readonly name = "Refusal";

  /**
   * @param status the HTTP status, such as 400
   * @param retryAfterSeconds when it may be asked again, for 429 and 503
   */
  constructor(
    readonly status: number,
    parts: ErrorParts | string,
    readonly retryAfterSeconds?: number,
  ) {
    super(parts);
  }
}

/** A request that is wrong in itself. */
export function badRequest(who: string, expected: string, received: string, next: string): Refusal {
  return new Refusal(400, { who, expected, received, next });
}
