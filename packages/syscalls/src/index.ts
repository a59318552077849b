/**
 * The kernel boundary of `@ns`: a start is a program of raw system calls, which packages contribute and a tiny launcher
 * runs between clone and exec.
 *
 * Isolates nothing by itself: `launch` with a namespace package does.
 * Does not isolate this process, ever: it is in none of the namespaces at any time.
 *
 * @packageDocumentation
 */

export {
  attributeKeys,
  attributesOf,
  checkAttributes,
  type ProcessAttributes,
} from './attributes/attributes.ts'
export type {
  Capability,
  CapabilityChange,
  CapabilityLists,
  CapabilitySetName,
  Securebit,
} from './attributes/capability-sets.ts'
export { checkCgroup } from './attributes/cgroup.ts'
export type { LandlockRules } from './attributes/landlock.ts'
export type { Limit, LimitName, LimitValue } from './attributes/limits.ts'
export { hasCapability, isPrivileged } from './calls/capabilities.ts'
export { type Datagram, receiveDatagram, sendDatagram } from './calls/datagrams.ts'
export { close, type Message, open, receive, send, socketpair } from './calls/fds.ts'
export { hasSupplementaryGroups } from './calls/groups.ts'
export {
  type Exit,
  pidfdOpen,
  pidfdSendSignal,
  type ResourceUsage,
  signalName,
} from './calls/processes.ts'
export { attempt, count, cString, descriptor, succeed } from './calls/result.ts'
export { brand } from './errors/brand.ts'
export type { Diagnosis, Failure, Remedy } from './errors/cause.ts'
export type { ErrorCode } from './errors/codes.ts'
export { diagnose, hintFor } from './errors/hints.ts'
export {
  coversOfProc,
  isInChroot,
  type Machine,
  statusOf,
  sysctl,
  thisMachine,
} from './errors/machine.ts'
export {
  checkJoin,
  checkKeys,
  type FailedStep,
  invalidOption,
  NamespaceError,
  type NamespaceErrorDetails,
} from './errors/namespace-error.ts'
export { SyscallError } from './errors/syscall-error.ts'
export { undoAll } from './errors/undo-all.ts'
export { UnsupportedError } from './errors/unsupported-error.ts'
export * from './kernel/constants.ts'
export { type ErrnoName, errnoName, errnoNumber, errnoText } from './kernel/errno.ts'
export { type SyscallName, syscallNumber } from './kernel/numbers.ts'
export { unescapeOctal } from './kernel/octal.ts'
export { isAtLeast } from './kernel/release.ts'
export { isProbed, type ProbedCall, probeSyscall, type Refusal } from './kernel/support.ts'
export { Namespace, type NamespaceIdentity } from './namespaces/namespace.ts'
export { unpersist } from './namespaces/persist.ts'
export { whilePinned } from './namespaces/pinned.ts'
export type { NamespaceRef } from './namespaces/ref.ts'
export { CLONE_NEW, type NamespaceType, namespaceTypes, procName } from './namespaces/types.ts'
export { BlockingLoop } from './process/blocking-loop.ts'
export { checkCanStart } from './process/can-start.ts'
export { Child } from './process/child.ts'
export { eventLoop } from './process/events.ts'
export { explain } from './process/explain.ts'
export type { SpawnError } from './process/failure.ts'
export {
  inside,
  lookAtInside,
  type Memory,
  openInside,
  type RunningOptions,
} from './process/inside.ts'
export { type LaunchOptions, launch } from './process/launch.ts'
export type { Loop, Source } from './process/loop.ts'
export { persisted } from './process/persisted.ts'
export { openPty, Pty, type PtySize } from './process/pty.ts'
export type { Ready } from './process/ready.ts'
export type { Ended } from './process/settlement.ts'
export type { Command } from './program/command.ts'
export type { Contribution, ParkedChild } from './program/contribution.ts'
export type { ExplainedStep, Program } from './program/explain.ts'
export { handOver, rightsMessage } from './program/joins.ts'
export { Region, Slot } from './program/memory.ts'
export { type Phase, phases } from './program/order.ts'
export { dieWith } from './program/parent-death.ts'
export { PhaseSteps, Plan, textOf } from './program/plan.ts'
export { mountProc } from './program/proc.ts'
export type { Protections } from './program/protections.ts'
export { filesInPath, mayExecute } from './program/search-path.ts'
export {
  type Argument,
  bits,
  check,
  type Fd,
  type Step,
  type StepOptions,
  step,
} from './program/step.ts'
