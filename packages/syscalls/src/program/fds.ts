import { F, FD_CLOEXEC } from '../kernel/constants.ts'
import type { Slot } from './memory.ts'
import type { Plan } from './plan.ts'
import type { Argument } from './step.ts'

/** Adds the move of the fds to their numbers: out of each other's way first, then down. `null`: no fd has that number. */
export function addFds(plan: Plan, fds: readonly (number | null)[]): void {
  const steps = plan.in('fds')
  const above = Math.max(3, fds.length)
  const out = new Map<number, Slot>()
  const sources = fds.map((fd, target): Argument | null => {
    if (fd === null) return null
    if (fd === target || fd >= fds.length) return { fd, name: `fd ${fd}` }
    const known = out.get(fd)
    if (known) return known
    const moved = plan.slot(`fd ${fd}`)
    out.set(fd, moved)
    steps.call('fcntl', [{ fd, name: `fd ${fd}` }, F.DUPFD_CLOEXEC, above], {
      operation: 'place fds',
      result: moved,
    })
    return moved
  })
  sources.forEach((source, target) => {
    if (source === null) return
    if (fds[target] === target)
      steps.call('fcntl', [source, F.SETFD, 0], { operation: 'place fds' })
    else steps.call('dup3', [source, target, 0], { operation: 'place fds' })
  })
  for (const [first, last] of runsOfNull(fds))
    plan.in('close').call('close_range', [first, last, 0], { operation: 'close fds' })
  // The status socket stays until exec closes it. Closed, not marked: CLOSE_RANGE_CLOEXEC came with 5.11.
  const last = 0xffffffff
  const { fd } = plan.status
  if (fd > fds.length)
    plan.in('close').call('close_range', [fds.length, fd - 1, 0], { operation: 'close fds' })
  plan.in('close').call('close_range', [fd + 1, last, 0], { operation: 'close fds' })
  plan.in('close').call('fcntl', [plan.status, F.SETFD, FD_CLOEXEC], { operation: 'close fds' })
}

/** The first and the last number of each run of numbers that nothing has. */
function runsOfNull(fds: readonly (number | null)[]): (readonly [first: number, last: number])[] {
  const firsts = fds.flatMap((fd, i) =>
    fd === null && (i === 0 || fds[i - 1] !== null) ? [i] : [],
  )
  return firsts.map((first) => {
    const next = fds.findIndex((fd, i) => i > first && fd !== null)
    return [first, (next < 0 ? fds.length : next) - 1]
  })
}
