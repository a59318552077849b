import {
  CLONE_NEW,
  type Contribution,
  checkJoin,
  checkKeys,
  invalidOption,
  mountProc,
  type NamespaceRef,
  type Plan,
} from '@ns/syscalls'
import { addLastPid, checkLastPid } from './last-pid.ts'

/** A new pid namespace, or one to join. */
export interface PidOptions {
  /**
   * An init as PID 1: it passes signals on, reaps orphans, and ends with the command. `'until-empty'`: it ends after
   * the last of its descendants; signals are for all of them once the command has ended. `false`: the command itself
   * is PID 1; the kernel then drops signals that it doesn't handle.
   * @default true
   */
  readonly init?: boolean | 'until-empty' | undefined
  /** Mount `/proc` anew, so that it shows this namespace. @default true when a mount namespace is made too */
  readonly proc?: boolean | undefined
  /** The number before that of the next process born inside: with an init that is the command. Takes a kernel with CONFIG_CHECKPOINT_RESTORE. */
  readonly lastPid?: number | undefined
  /** Enter this one. */
  readonly join?: NamespaceRef | undefined
}

/**
 * A pid namespace: the command sees the processes in it and no others. When its PID 1 ends, the kernel ends all.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed options, and for others together with `join`
 * @see pid_namespaces(7)
 */
export function pid(options: PidOptions = {}): Contribution {
  checkKeys('pid', options, ['init', 'proc', 'lastPid', 'join'], 'pid')
  checkJoin('pid', options)
  const { init, proc, lastPid, join } = options
  if (proc !== undefined && typeof proc !== 'boolean')
    throw invalidOption('pid.proc: true or false is wanted', 'pid')
  if (init !== undefined && typeof init !== 'boolean' && init !== 'until-empty')
    throw invalidOption("pid.init: true, false or 'until-empty' is wanted", 'pid')
  if (lastPid !== undefined) checkLastPid(lastPid, 'pid.lastPid')
  if (join !== undefined) return { type: 'pid', flags: 0, join, steps: () => {} }
  return {
    type: 'pid',
    flags: CLONE_NEW.pid,
    steps(plan) {
      addSteps(plan, init ?? true, proc)
      if (lastPid !== undefined) addLastPid(plan, lastPid)
    },
  }
}

function addSteps(plan: Plan, init: boolean | 'until-empty', proc: boolean | undefined): void {
  plan.init = init !== false
  plan.initUntilEmpty = init === 'until-empty'
  plan.commandIsPidOne = !init
  if (!init)
    plan.warnings.push(
      'the command is PID 1: the kernel drops signals that it does not handle, so kill() turns those that would end it into SIGKILL',
    )
  const ownMounts = plan.creates.has('mount')
  if (proc && !ownMounts)
    throw invalidOption(
      'pid.proc: mounting /proc needs a mount namespace of its own: add mount',
      'pid',
    )
  if (!ownMounts && !plan.joins.has('mount'))
    plan.warnings.push('/proc still shows the processes of the caller: add a mount namespace')
  if ((proc ?? ownMounts) && !plan.mountPoints.has('/proc')) mountProc(plan, 'proc', '/proc', 'pid')
}
