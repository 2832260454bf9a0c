/** A number of Go's `big.Float` with its usual 64 bits: `digits` × 2^`power`. */
interface BigFloat {
  readonly digits: bigint;
  readonly power: number;
}

/** Whether `value / divisor` is a whole number after Go's rounding. `divisor` is more than 0. */
export function dividesEvenly(value: number, divisor: number): boolean {
  if (value === 0) return true;
  const [over, under] = [parse(Math.abs(value)), parse(divisor)];
  const apart = over.power - under.power;
  const { digits, power } =
    apart >= 0
      ? round(over.digits << BigInt(apart), under.digits)
      : round(over.digits, under.digits << BigInt(-apart));
  return power >= 0 || BigInt.asUintN(-power, digits) === 0n;
}

/** Reads the decimal text that stands for the number in JSON. */
function parse(value: number): BigFloat {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const tens = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return tens >= 0 ? round(digits * 10n ** BigInt(tens), 1n) : round(digits, 10n ** BigInt(-tens));
}

/** `over / under` to 64 bits, to the nearest, ties to even. */
function round(over: bigint, under: bigint): BigFloat {
  let power = length(over) - length(under) - 64;
  let [dividend, divisor] = scaled(over, under, power);
  // The quotient has 64 or 65 bits.
  if (length(dividend / divisor) > 64) {
    power += 1;
    [dividend, divisor] = scaled(over, under, power);
  }
  const digits = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && digits % 2n === 1n);
  return { digits: up ? digits + 1n : digits, power };
}

function scaled(over: bigint, under: bigint, power: number): [bigint, bigint] {
  return power >= 0 ? [over, under << BigInt(power)] : [over << BigInt(-power), under];
}

function length(value: bigint): number {
  return value.toString(2).length;
}
