import { build, sortContributions } from '../program/build.ts'
import type { Command } from '../program/command.ts'
import type { Contribution } from '../program/contribution.ts'
import { explainProgram, type Program } from '../program/explain.ts'
import { place } from '../program/program.ts'
import { callerFacts } from './caller-facts.ts'
import { openJoins } from './open-joins.ts'
import { OwnedFds } from './owned-fds.ts'

/**
 * The program that `launch` would run, as data; nothing stays open and nothing is started. fds that don't exist yet are
 * printed by name.
 */
export function explain(contributions: readonly Contribution[], command: Command): Program {
  const sorted = sortContributions(contributions)
  const opened = new OwnedFds()
  try {
    const asksForOwn = sorted.some(({ unlessOwn }) => unlessOwn)
    const entered = asksForOwn ? openJoins(sorted, opened).contributions : sorted
    const joins = entered.flatMap(({ type, join, keepsIds }) =>
      join === undefined ? [] : [{ type, fd: 100, name: `the ${type} namespace`, keepsIds }],
    )
    const built = build({
      contributions: entered,
      command,
      joins,
      status: { fd: 101, name: 'status' },
      lifeline: { fd: 102, name: 'lifeline' },
      opened,
      statm: { fd: 103, name: 'statm' },
      ...callerFacts(),
    })
    return explainProgram(built.cloned, place(built.plan))
  } finally {
    opened.close()
  }
}
