/**
 * Undoes all of it, whatever fails: what is not tried stays for ever.
 *
 * @throws what failed first
 */
export function undoAll(undo: readonly (() => void)[]): void {
  let first: { reason: unknown } | undefined
  for (const one of undo) {
    try {
      one()
    } catch (reason) {
      first ??= { reason }
    }
  }
  if (first) throw first.reason
}
