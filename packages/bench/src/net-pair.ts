/** One pair: the same work by us and by a program; `ms` for each round. */
export interface NetSeries {
  readonly what: string
  readonly by: string
  /** How many times as long the program is to take at least. */
  readonly wish: number
  readonly ours: number[]
  readonly theirs: number[]
}

/** Does the work, and returns what takes it back, which is not measured. */
type Work = () => Promise<() => unknown>

/** What is measured. */
export interface Pair extends Pick<NetSeries, 'what' | 'by' | 'wish'> {
  readonly ours: Work
  readonly theirs: Work
}

/** Nothing has to be taken back. */
export const nothing = (): void => {}
