import { invalidOption } from '../errors/namespace-error.ts'
import { TIOC } from '../kernel/constants.ts'
import type { Command } from '../program/command.ts'
import type { Plan } from '../program/plan.ts'
import { checkBoolean, checkInteger } from './check.ts'

/** Job control: who the command's terminal, and `kill` of a group, take for one job. */
export interface SessionAttributes {
  /**
   * Leads a session of its own, and so has no terminal: in that of the caller it could type (TIOCSTI, CVE-2017-5226).
   * `false`: shares the caller's, and its job control. @default true with any namespace
   * @see setsid(2)
   */
  readonly session?: boolean | undefined
  /** The process group to be in, 0: one of its own (setpgid(2)). @default the caller's */
  readonly processGroup?: number | undefined
  /** The command's fd of the terminal that it controls, as leader of a session of its own (ioctl_tty(2), TIOCSCTTY). */
  readonly controllingTerminal?: number | undefined
  /** The command's fd of the caller's terminal, whose foreground its process group becomes (tcsetpgrp(3)). */
  readonly foreground?: number | undefined
}

const PID_MAX = 2 ** 22

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkSession(command: SessionAttributes & Pick<Command, 'detached'>): void {
  const { session, processGroup, controllingTerminal, foreground, detached } = command
  checkBoolean('session', session)
  checkInteger('processGroup', processGroup, 0, PID_MAX)
  checkInteger('controllingTerminal', controllingTerminal, 0, 2 ** 20)
  checkInteger('foreground', foreground, 0, 2 ** 20)
  const leads = session || detached || controllingTerminal !== undefined
  if (leads && processGroup !== undefined)
    throw invalidOption(
      'processGroup: the leader of a session, which a command in namespaces is unless session is false, is in a group of its own; leave out processGroup, or session, detached and controllingTerminal',
    )
  if (leads && foreground !== undefined)
    throw invalidOption(
      'foreground: the leader of a session, which a command in namespaces is unless session is false, has no terminal but its own',
    )
}

/**
 * Adds the session or the process group: of the command, not of its init.
 *
 * @param isolated whether it is in any namespace that the caller is not
 */
export function addSession(plan: Plan, command: Command, isolated: boolean): void {
  const { session = isolated, detached, controllingTerminal, foreground } = command
  checkSession({ ...command, session })
  const steps = plan.in('job')
  const leads = session || controllingTerminal !== undefined
  // Detached without an init it leads one already.
  if (leads && !(detached && !plan.init)) steps.call('setsid', [], { operation: 'begin a session' })
  const group = command.processGroup ?? (foreground === undefined ? undefined : 0)
  if (group !== undefined)
    steps.call('setpgid', [0, group], { operation: 'enter the process group' })
}

/** Adds what a terminal is told, by its number in the command. */
export function addTerminal(plan: Plan, command: Command): void {
  const { controllingTerminal, foreground, fds = [0, 1, 2] } = command
  for (const [key, fd] of Object.entries({ controllingTerminal, foreground }))
    if (fd !== undefined && (fds[fd] ?? null) === null)
      throw invalidOption(`${key}: the command is given no fd ${fd}`)
  const steps = plan.in('terminal')
  if (controllingTerminal !== undefined)
    steps.call('ioctl', [controllingTerminal, TIOC.SCTTY, 0], {
      operation: 'take the controlling terminal',
    })
  if (foreground === undefined) return
  const group = plan.slot('process group')
  const options = { operation: 'come to the foreground' }
  steps.call('getpgid', [0], { ...options, result: group })
  steps.call('ioctl', [foreground, TIOC.SPGRP, group.region], options)
}
