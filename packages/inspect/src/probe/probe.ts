import { tryDepth } from './depth.ts'
import type { Finding } from './finding.ts'
import { tryKernel } from './kernel.ts'
import { tryNamespaces, tryProc } from './namespaces.ts'
import { readSettings } from './settings.ts'
import { readSurroundings } from './surroundings.ts'

/**
 * What this machine allows, why not, and what to change at which price. What no setting tells is tried, by processes
 * that end at once; nothing on the machine changes, and nothing is remembered. Codes and hints are those of the errors
 * that a start would end with.
 */
export async function probe(): Promise<readonly Finding[]> {
  const tries = [tryNamespaces(), tryProc(), tryDepth(), tryKernel()]
  const found = (await Promise.all(tries)).flat()
  return [...found, ...readSettings(), ...readSurroundings()]
}
