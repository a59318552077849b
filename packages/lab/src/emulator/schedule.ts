/** Something at a time. */
interface Entry<Thing> {
  readonly due: number
  readonly number: number
  readonly thing: Thing
}

/** Things in the order of their times; those of the same time in the order in which they came. A binary heap. */
export class Schedule<Thing> {
  readonly #heap: Entry<Thing>[] = []
  #count = 0

  get size(): number {
    return this.#heap.length
  }

  /** When the first is due; Infinity when there is none. */
  get next(): number {
    return this.#heap[0]?.due ?? Number.POSITIVE_INFINITY
  }

  add(due: number, thing: Thing): void {
    const heap = this.#heap
    const entry = { due, number: this.#count++, thing }
    let at = heap.length
    for (let up = (at - 1) >> 1; at > 0 && isBefore(entry, heap[up] as Entry<Thing>); ) {
      heap[at] = heap[up] as Entry<Thing>
      at = up
      up = (at - 1) >> 1
    }
    heap[at] = entry
  }

  /** Takes the first away, which has to be there. */
  take(): Thing {
    const heap = this.#heap
    const last = heap.pop() as Entry<Thing>
    const [first] = heap
    if (!first) return last.thing
    let at = 0
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      const [left, right] = [heap[down] as Entry<Thing>, heap[down + 1]]
      const isRight = right !== undefined && isBefore(right, left)
      const lower = isRight ? right : left
      if (!isBefore(lower, last)) break
      heap[at] = lower
      at = isRight ? down + 1 : down
    }
    heap[at] = last
    return first.thing
  }

  clear(): void {
    this.#heap.length = 0
  }
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.due < b.due || (a.due === b.due && a.number < b.number)
}
