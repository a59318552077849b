import { dirname } from 'node:path'
import { checkKeys, invalidOption, NamespaceError } from '@ns/syscalls'
import { failed, readText, write } from './files.ts'
import { readHierarchies, readWords } from './hierarchies.ts'

/** Limits of a device: bytes and operations per second. */
export interface IoLimit {
  /** `MAJOR:MINOR`, as `lsblk` prints it. */
  readonly device: string
  readonly rbps?: number | 'max' | undefined
  readonly wbps?: number | 'max' | undefined
  readonly riops?: number | 'max' | undefined
  readonly wiops?: number | 'max' | undefined
}

/** Limits of a cgroup, named as the kernel's files (cgroups(7), Documentation/admin-guide/cgroup-v2.rst). */
export interface CgroupLimits {
  /** Bytes, or `'64m'`: what goes beyond is ended (OOM). */
  readonly 'memory.max'?: number | string | undefined
  /** Bytes, or `'48m'`: what goes beyond is slowed down. */
  readonly 'memory.high'?: number | string | undefined
  /** Bytes, or `'0'`. */
  readonly 'memory.swap.max'?: number | string | undefined
  /** At OOM all of the cgroup is ended, not one process. */
  readonly 'memory.oom.group'?: boolean | undefined
  /** How many processes and threads there may be. */
  readonly 'pids.max'?: number | 'max' | undefined
  /** CPUs: `0.5` is half of one. */
  readonly 'cpu.max'?: number | 'max' | undefined
  /** 1 to 10000, beside its siblings; the kernel's default is 100. */
  readonly 'cpu.weight'?: number | undefined
  readonly 'io.max'?: readonly IoLimit[] | undefined
}

/** `cpu.max`: microseconds of a period in which a quota is given. */
const PERIOD = 100_000

type Format = (value: never) => readonly string[] | undefined

const size: Format = (value: unknown) => {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return [`${value}`]
  return typeof value === 'string' && /^(\d{1,16}[kmgt]?|max)$/i.test(value) ? [value] : undefined
}
const within =
  (least: number, most: number): Format =>
  (value: unknown) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? [`${value}`]
      : undefined
const orMax =
  (format: Format): Format =>
  (value: unknown) =>
    value === 'max' ? ['max'] : format(value as never)

/** What is written for each; `undefined`: the value cannot be. One line is one `write`. */
const formats: { readonly [Key in keyof Required<CgroupLimits>]: readonly [Format, string] } = {
  'memory.max': [size, "bytes, or '64m'"],
  'memory.high': [size, "bytes, or '64m'"],
  'memory.swap.max': [size, "bytes, or '64m'"],
  'memory.oom.group': [
    (value: unknown) => (typeof value === 'boolean' ? [value ? '1' : '0'] : undefined),
    'true or false',
  ],
  'pids.max': [orMax(within(0, 4_194_304)), "a number of processes, or 'max'"],
  'cpu.max': [
    orMax((value: unknown) =>
      typeof value === 'number' && value >= 0.01 && value <= 10_000
        ? [`${Math.round(value * PERIOD)} ${PERIOD}`]
        : undefined,
    ),
    "a number of CPUs from 0.01, or 'max'",
  ],
  'cpu.weight': [within(1, 10_000), '1 to 10000'],
  'io.max': [ioLines, "a list of { device: '8:0', rbps, wbps, riops, wiops }"],
}

function ioLines(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const lines = value.map((one: IoLimit) => {
    const { device, ...rates } = one ?? {}
    const isRate = ([key, rate]: [string, unknown]) =>
      /^[rw](bps|iops)$/.test(key) &&
      (rate === 'max' || (Number.isSafeInteger(rate) && (rate as number) > 0))
    const given = Object.entries(rates).filter(([, rate]) => rate !== undefined)
    if (!/^\d+:\d+$/.test(device) || given.length === 0 || !given.every(isRate)) return ''
    return [device, ...given.map(([key, rate]) => `${key}=${rate}`)].join(' ')
  })
  return lines.includes('') ? undefined : lines
}

/** A limit as it is written: the file, and a line for each write. */
export interface Written {
  readonly file: string
  readonly lines: readonly string[]
}

/**
 * Checks limits before anything exists.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, naming the limit
 */
export function checkLimits(limits: CgroupLimits): readonly Written[] {
  const files = Object.keys(formats) as (keyof CgroupLimits)[]
  checkKeys('limits', limits, files, 'cgroup')
  return files.flatMap((file) => {
    const value = limits[file]
    if (value === undefined) return []
    const [format, wanted] = formats[file]
    const lines = format(value as never)
    if (!lines) throw invalidOption(`limits['${file}']: ${wanted} is wanted`, 'cgroup')
    return [{ file, lines }]
  })
}

/**
 * Sets limits; the controllers that they take are handed down by the parent.
 *
 * @throws {NamespaceError} `ERR_NS_UNSUPPORTED` where there is no such controller, `ERR_NS_PERMISSION`, `ERR_NS_CGROUP`
 */
export function writeLimits(directory: string, limits: readonly Written[]): void {
  const controllers = new Set(limits.map(({ file }) => file.split('.')[0] as string))
  for (const controller of controllers) enable(controller, directory)
  for (const { file, lines } of limits) {
    if (readText(`${directory}/${file}`) === undefined)
      throw unsupported(`this kernel has no ${file}`, undefined)
    try {
      for (const line of lines) write(`${directory}/${file}`, line)
    } catch (cause) {
      const isDevice = file === 'io.max' && (cause as NodeJS.ErrnoException).code === 'ENODEV'
      throw failed(
        'limit',
        `${directory}/${file}`,
        cause,
        isDevice ? 'there is no such block device: lsblk lists them' : undefined,
      )
    }
  }
}

/** Turned on where it is not yet, and left on: others may have come to rely on it. */
function enable(controller: string, directory: string): void {
  if (readWords(`${directory}/cgroup.controllers`).includes(controller)) return
  const parent = dirname(directory)
  if (!readWords(`${parent}/cgroup.controllers`).includes(controller))
    throw unsupported(
      `there is no ${controller} controller for '${directory}'`,
      whyNo(controller, parent),
    )
  try {
    write(`${parent}/cgroup.subtree_control`, `+${controller}`)
  } catch (cause) {
    throw failed(`hand the ${controller} controller down from`, parent, cause)
  }
}

function whyNo(controller: string, parent: string): string {
  const { v1, v2 } = readHierarchies()
  const name = controller === 'io' ? 'blkio' : controller
  if (v1[name])
    return `${name} is a controller of cgroup v1 here (${v1[name]}), and so not of v2: boot with systemd.unified_cgroup_hierarchy=1, or cgroup_no_v1=all`
  if (v2 && !v2.controllers.includes(controller))
    return `cgroup v2 has ${v2.controllers.join(', ') || 'no controllers'} here: the kernel was built or booted without ${controller} (cgroup_disable=?), or this is a container that was given none`
  for (let above = dirname(parent); above.length > 1; above = dirname(above))
    if (readWords(`${above}/cgroup.controllers`).includes(controller))
      return `it ends at '${above}': echo +${controller} > ${above}/cgroup.subtree_control, or have it delegated (systemd: Delegate=${controller})`
  return 'no cgroup above has it'
}

function unsupported(message: string, hint: string | undefined): NamespaceError {
  const details = {
    code: 'ERR_NS_UNSUPPORTED',
    namespace: 'cgroup',
    operation: 'limit',
    hint,
  } as const
  return new NamespaceError(`cgroup: ${message}`, details)
}
