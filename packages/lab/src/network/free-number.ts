import { automaticSubnets, meet } from '../addresses.ts'
import type { Network } from './network.ts'

/**
 * The number of one more network: the first that no other has.
 *
 * @param isAutomatic its addresses are those of its number: they are to meet none that another network was given
 */
export function freeNumber(networks: Iterable<Network>, isAutomatic: boolean): number {
  const others = [...networks]
  const taken = new Set(others.map(({ number }) => number))
  const given = isAutomatic ? others.flatMap(({ givenSubnets }) => givenSubnets) : []
  const meetsGiven = (number: number) =>
    given.length > 0 &&
    automaticSubnets(number).some((own) => given.some((other) => meet(own, other)))
  for (let number = 0; ; number++) if (!taken.has(number) && !meetsGiven(number)) return number
}
