/** Go's `big.Float` with the 64 bits of precision that Kratos' validator computes with: `mantissa` × 2^`exponent`. */
interface BigFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const PRECISION = 64;

/** Whether `value` is a multiple of `divisor` (more than 0) to Kratos: 0.07 of 0.01 is, other than in binary floats. */
export function isMultiple(value: number, divisor: number): boolean {
  if (value === 0) return true;
  const top = bigFloat(Math.abs(value));
  const bottom = bigFloat(divisor);
  const shift = BigInt(Math.abs(top.exponent - bottom.exponent));
  const quotient =
    top.exponent >= bottom.exponent
      ? rounded(top.mantissa << shift, bottom.mantissa)
      : rounded(top.mantissa, bottom.mantissa << shift);
  return quotient.exponent >= 0 || quotient.mantissa % (1n << BigInt(-quotient.exponent)) === 0n;
}

/** The number that the shortest text of a JavaScript number stands for: that text is what is sent. */
function bigFloat(value: number): BigFloat {
  const [digits = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = digits.split('.');
  const scale = Number(exponent) - fraction.length;
  const power = 10n ** BigInt(Math.abs(scale));
  const mantissa = BigInt(whole + fraction);
  return scale >= 0 ? rounded(mantissa * power, 1n) : rounded(mantissa, power);
}

/** A fraction, rounded half to even. */
function rounded(top: bigint, bottom: bigint): BigFloat {
  // Two bits more than wanted, and at least one of them real.
  const shift = PRECISION + 2 - (bits(top) - bits(bottom));
  const scaled = shift >= 0 ? top << BigInt(shift) : top;
  const divisor = shift >= 0 ? bottom : bottom << BigInt(-shift);
  const quotient = scaled / divisor;
  const excess = bits(quotient) - PRECISION;
  const unit = 1n << BigInt(excess);
  const rest = (quotient % unit) * 2n + (scaled % divisor === 0n ? 0n : 1n);
  const kept = quotient / unit;
  const up = rest > unit || (rest === unit && kept % 2n === 1n);
  return { mantissa: up ? kept + 1n : kept, exponent: excess - shift };
}

function bits(value: bigint): number {
  return value.toString(2).length;
}
