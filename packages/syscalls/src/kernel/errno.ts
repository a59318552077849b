import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'

/** The kernel's name of an error: `'EPERM'`. */
export type ErrnoName = keyof typeof constants.errno

const more: Record<number, string> = { 87: 'EUSERS', 133: 'EHWPOISON' } // not in libuv's list

/** `1` → `'EPERM'`; an unknown number stays visible as `'E999'`. */
export function errnoName(errno: number): string {
  for (const [name, value] of Object.entries(constants.errno)) if (value === errno) return name
  return more[errno] ?? `E${errno}`
}

/** `'EPERM'` → `1`. */
export function errnoNumber(name: ErrnoName): number {
  return constants.errno[name]
}

/** `1` → `'operation not permitted'`, in libuv's words. */
export function errnoText(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[1] ?? 'unknown error'
}
