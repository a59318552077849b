/** A flag: what `parseArgs` has to know of it, and what help, man page and completion say. */
export interface Flag {
  readonly type: 'boolean' | 'string'
  /** Its letter. */
  readonly short?: string
  /** May be given several times. */
  readonly multiple?: boolean
  /** What it means without a value. */
  readonly bare?: string
  /** How its value is shown. */
  readonly value?: string
  /** What its value can be: words, or what a shell knows itself. */
  readonly words?: readonly string[] | 'file' | 'directory' | 'pid'
  readonly text: string
}

export type Flags = Readonly<Record<string, Flag>>

/** Flags by topic, in the order of the help. */
export type Topics = Readonly<Record<string, Flags>>
