/** Fills this process's V8 heap with live objects, about a kilobyte each. Hold what it returns. */
export function fillHeap(miB: number): unknown[] {
  const wanted = miB * 2 ** 20
  const records: unknown[] = []
  const before = process.memoryUsage().heapUsed
  while (wanted > 0 && process.memoryUsage().heapUsed - before < wanted)
    for (let i = 0; i < 4096; i++) records.push({ id: i, values: Array(120).fill(i) })
  return records
}
