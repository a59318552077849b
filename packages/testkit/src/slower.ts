/**
 * How many times slower than usual this machine is: `NS_SLOWER`, or 20 where it is emulated. Tests wait that many times as
 * long before they give up.
 */
export const slower: number = Number(process.env.NS_SLOWER ?? (process.env.NS_VM ? 20 : 1))

const fewer = Number(process.env.NS_FEWER ?? Math.max(1, slower / 2))

/**
 * How often to repeat what needs luck to go wrong: `count` times, or one in `NS_FEWER` of them. CI is content with a quarter, an
 * emulated machine with a tenth.
 */
export function rounds(count: number): number {
  return Math.ceil(count / fewer)
}
