import { close, memfdCreate, pwrite, seal } from '../calls/fds.ts'
import { callRecorded, type KIND } from '../calls/ledger.ts'
import { hintFor } from '../errors/hints.ts'
import { NamespaceError } from '../errors/namespace-error.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { type Code, library } from '../ffi/library.ts'
import { MFD } from '../kernel/constants.ts'
import { launcher, stub } from '../program/machine-code.generated.ts'

/** Where its code lies: the plan comes a mebibyte behind, see PLAN_ADDRESS. */
const ADDRESS = 0x10_0000_0000
const HEADERS = 64 + 2 * 56

function architecture(): 'x64' | 'arm64' {
  return process.arch === 'arm64' ? 'arm64' : 'x64'
}

/** A static ELF around the launcher's code: one segment, read and execute, entered at its first instruction. */
export function launcherElf(): Buffer {
  const code = Buffer.from(launcher[architecture()], 'base64')
  const elf = Buffer.alloc(HEADERS)
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]) // ELF, 64 bits, little endian
  elf.writeUInt16LE(2, 16) // ET_EXEC
  elf.writeUInt16LE(architecture() === 'x64' ? 62 : 183, 18) // EM_X86_64, EM_AARCH64
  elf.writeUInt32LE(1, 20)
  elf.writeBigUInt64LE(BigInt(ADDRESS + HEADERS), 24) // e_entry
  elf.writeBigUInt64LE(64n, 32) // e_phoff
  elf.writeUInt16LE(64, 52)
  elf.writeUInt16LE(56, 54)
  elf.writeUInt16LE(2, 56)
  const size = BigInt(HEADERS + code.length)
  const segment = 64
  elf.writeUInt32LE(1, segment) // PT_LOAD
  elf.writeUInt32LE(5, segment + 4) // PF_R | PF_X
  elf.writeBigUInt64LE(BigInt(ADDRESS), segment + 16)
  elf.writeBigUInt64LE(BigInt(ADDRESS), segment + 24)
  elf.writeBigUInt64LE(size, segment + 32)
  elf.writeBigUInt64LE(size, segment + 40)
  elf.writeBigUInt64LE(0x10000n, segment + 48)
  const stack = segment + 56
  elf.writeUInt32LE(0x6474e551, stack) // PT_GNU_STACK: without it some kernels give an executable stack
  elf.writeUInt32LE(6, stack + 4) // PF_R | PF_W
  return Buffer.concat([elf, code])
}

let launcherMemfd: number | undefined

/** The launcher's sealed memfd, made once: nobody inside can change it (CVE-2019-5736). */
export function launcherFd(): number {
  if (launcherMemfd !== undefined) return launcherMemfd
  const fd = createMemfd()
  try {
    pwrite(fd, launcherElf(), 0)
    seal(fd)
  } catch (error) {
    close(fd)
    throw error
  }
  launcherMemfd = fd
  return fd
}

/** @throws {NamespaceError} where programs in memory are forbidden (`vm.memfd_noexec`) */
function createMemfd(): number {
  try {
    return memfdCreate('ns-launcher', MFD.CLOEXEC | MFD.ALLOW_SEALING | MFD.EXEC)
  } catch (cause) {
    if (!(cause instanceof SyscallError)) throw cause
    const hint = hintFor({ call: cause.syscall, errno: cause.code })
    throw new NamespaceError(cause.message, { code: 'ERR_NS_SETUP', hint, cause })
  }
}

let start: Code | undefined

/**
 * Calls the stub: the child's pid, or a negative errno.
 *
 * @param kind what the child's pidfd is to this thread
 * @param code replaces the stub in the tests of attackers
 */
export function callStub(
  request: Uint8Array,
  kind: typeof KIND.child | typeof KIND.launcher,
  code?: string,
): number {
  if (code) return callRecorded(library().code(Buffer.from(code, 'base64')), request, kind)
  start ??= library().code(Buffer.from(stub[architecture()], 'base64'))
  return callRecorded(start, request, kind)
}
