import { describe, expect, test } from 'vitest'
import { close, open, pwrite } from '../src/calls/fds.ts'
import { attempt } from '../src/calls/result.ts'
import { F, F_SEAL, O } from '../src/index.ts'
import { launcherElf, launcherFd } from '../src/process/launcher.ts'
import {
  compilers,
  launcher,
  ledger,
  sourceHash,
  stub,
} from '../src/program/machine-code.generated.ts'
import { unprotectedStub } from './fixtures/unprotected.generated.ts'
import { architectures, missingCompiler } from './support/compiler.ts'

interface Builder {
  sourceHash(): string
  compilerVersion(architecture: string): string
  compile(architecture: string, unit: string): Buffer
}

const builder: Builder = await import(new URL('../scripts/machine-code.mjs', import.meta.url).href)
const F_GET_SEALS = 1034

test('the committed code was made of the sources in native/', () => {
  expect(sourceHash).toBe(builder.sourceHash())
})

describe.each(architectures)('%s', (architecture) => {
  const committed = {
    stub: stub[architecture],
    launcher: launcher[architecture],
    ledger: ledger[architecture],
    unprotected: unprotectedStub[architecture],
  }

  for (const [unit, code] of Object.entries(committed))
    test(`the ${unit} comes out of its sources byte for byte`, ({ skip }) => {
      const missing = missingCompiler(architecture)
      if (missing) skip(missing)
      const version = builder.compilerVersion(architecture)
      // Another compiler makes other code of the same meaning: it has to compile, no more.
      const compiled = builder.compile(architecture, unit)
      if (version === compilers[architecture]) expect(compiled.toString('base64')).toBe(code)
      else expect(compiled.length).toBeGreaterThan(100)
    })

  test('they are small', () => {
    expect(Buffer.from(committed.stub, 'base64').length).toBeLessThan(1024)
    expect(Buffer.from(committed.launcher, 'base64').length).toBeLessThan(2048)
    expect(Buffer.from(committed.ledger, 'base64').length).toBeLessThan(4096)
  })
})

test('the launcher is a static ELF for this machine: one segment that is never writable, no interpreter', () => {
  const elf = launcherElf()
  expect(elf.subarray(0, 4).toString('latin1')).toBe('\x7fELF')
  expect(elf.readUInt16LE(16)).toBe(2) // ET_EXEC
  expect(elf.readUInt16LE(18)).toBe(process.arch === 'arm64' ? 183 : 62)
  expect(elf.length).toBeLessThan(2048 + 176)
  const segments = Array.from({ length: elf.readUInt16LE(56) }, (_, i) => ({
    type: elf.readUInt32LE(64 + i * 56),
    flags: elf.readUInt32LE(64 + i * 56 + 4),
    size: Number(elf.readBigUInt64LE(64 + i * 56 + 32)),
  }))
  expect(segments).toEqual([
    { type: 1, flags: 5, size: elf.length }, // PT_LOAD, read and execute
    { type: 0x6474e551, flags: 6, size: 0 }, // PT_GNU_STACK, read and write
  ])
})

test('the launcher in memory is sealed: nobody who has it can change it (CVE-2019-5736)', () => {
  const fd = launcherFd()
  expect(launcherFd()).toBe(fd)
  const all = F_SEAL.SEAL | F_SEAL.SHRINK | F_SEAL.GROW | F_SEAL.WRITE
  expect(attempt('fcntl', fd, F_GET_SEALS, 0) & all).toBe(all)
  const refused = expect.objectContaining({ code: 'EPERM' })
  expect(() => pwrite(fd, Buffer.from('x'), 0)).toThrow(refused)
  expect(attempt('ftruncate', fd, 0)).toBe(-1)
  expect(attempt('ftruncate', fd, 1 << 20)).toBe(-1)
  expect(attempt('fcntl', fd, F.ADD_SEALS, F_SEAL.SEAL)).toBe(-1)
  // Opened anew through /proc it is the same file.
  const again = open(`/proc/self/fd/${fd}`, O.RDWR)
  expect(() => pwrite(again, Buffer.from('x'), 0)).toThrow(refused)
  close(again)
})
