import { checkKeys, invalidOption, MOUNT_ATTR } from '@ns/syscalls'
import { mountPoint } from '../paths.ts'
import { newFileSystem, putOn } from '../steps.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'
import { addProc, proc } from './proc.ts'

/** The place that is looked for: the one below `/proc` where something is mounted. */
const USUAL = '/proc/sys/fs/binfmt_misc'
/** `MAX_REGISTER_LENGTH` of fs/binfmt_misc.c. */
const LONGEST = 1920
/** A separator of one's own choice before each of seven fields. */
const FIELDS = 7

/** Programs for other programs, of the user namespace. */
export interface Binfmt {
  readonly kind: 'binfmt'
  readonly target: string
  readonly register: readonly string[]
}

/** Options of `binfmt`. */
export interface BinfmtOptions {
  /**
   * Interpreters, as the kernel has them: `:name:type:offset:magic:mask:interpreter:flags`. With the flag F the interpreter
   * is opened in the caller's root, else it is looked up when it is used.
   * @default none
   */
  readonly register?: readonly string[] | undefined
}

/**
 * binfmt_misc of the user namespace: which program executes what (Linux 6.7). Needs a user namespace that is made or
 * joined, as what is registered without would be the machine's. It ends with its mount.
 *
 * @see binfmt_misc, Documentation/admin-guide/binfmt-misc.rst
 */
export function binfmt(target: string = USUAL, options: BinfmtOptions = {}): Binfmt {
  checkKeys('binfmt', options, ['register'], 'mount')
  const { register = [] } = options
  if (!Array.isArray(register)) throw invalidOption('binfmt: register is a list', 'mount')
  register.forEach(checkDefinition)
  const place = target === USUAL ? target : mountPoint(target, 'binfmt: target')
  return { kind: 'binfmt', target: place, register }
}

function checkDefinition(text: unknown): void {
  const isWhole = typeof text === 'string' && text.split(text.charAt(0)).length === FIELDS + 1
  if (!isWhole || Buffer.byteLength(text) > LONGEST || text.includes('\0'))
    throw invalidOption(
      `binfmt: '${text}' is no interpreter: ':name:type:offset:magic:mask:interpreter:flags' is wanted`,
      'mount',
    )
}

/** Adds the steps of a binfmt_misc. */
export function addBinfmt(tree: Tree, { target, register }: Binfmt): void {
  const { plan } = tree
  if (!plan.creates.has('user') && !plan.joins.has('user'))
    throw invalidOption('binfmt: without a user namespace it is the machine’s: add user', 'mount')
  // What pid() mounts is mounted last, and would hide it.
  if (target === USUAL && plan.creates.has('pid') && !plan.mountPoints.has('/proc'))
    addProc(tree, proc())
  const naming = {
    namespace: 'mount',
    operation: 'mount',
    path: 'binfmt_misc',
    dest: target,
  } as const
  const attributes = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV | MOUNT_ATTR.NOEXEC
  const fresh = newFileSystem(plan, 'binfmt_misc', { attributes }, naming)
  for (const definition of register) {
    const options = { namespace: 'mount', operation: 'register', path: definition } as const
    plan.in('sources').writeFile(fresh, 'register', definition, options)
  }
  const isUsual = target === USUAL
  const place = find(
    tree,
    target,
    isUsual
      ? { create: undefined, links: 'refused', proc: 'allowed' }
      : { create: 'directory', links: 'followed', proc: 'refused' },
    naming,
  )
  putOn(plan, fresh, place, naming)
  tree.add(target, undefined)
}
