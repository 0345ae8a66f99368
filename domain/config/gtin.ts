/** GS1 General Specifications 7.9: weights 3 and 1 from the right. @param digits without the check digit. */
export function gtinCheckDigit(digits: string): string {
  let sum = 0;
  [...digits].reverse().forEach((digit, at) => (sum += Number(digit) * (at % 2 === 0 ? 3 : 1)));
  return String((10 - (sum % 10)) % 10);
}
