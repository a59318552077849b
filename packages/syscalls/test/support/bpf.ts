import { constants } from 'node:os'

// As much of classic BPF as the tests need (linux/filter.h, linux/seccomp.h); a struct sock_filter is eight bytes.

const LOAD = 0x20 // BPF_LD | BPF_W | BPF_ABS
const JUMP_IF_EQUAL = 0x15 // BPF_JMP | BPF_JEQ | BPF_K
const RETURN = 0x06 // BPF_RET | BPF_K
const NUMBER = 0 // of struct seccomp_data
const ARGUMENTS = 16

export const allow = 0x7fff0000
export const killProcess = 0x80000000
export const fail = (name: keyof typeof constants.errno): number => 0x50000 | constants.errno[name]

function instruction(code: number, k: number, ifTrue = 0, ifFalse = 0): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes[2] = ifTrue
  bytes[3] = ifFalse
  bytes.writeUInt32LE(k, 4)
  return bytes
}

/** `answer` for these system calls, `otherwise` for all others. */
export function filter(calls: readonly number[], answer: number, otherwise: number): Buffer {
  return Buffer.concat([
    instruction(LOAD, NUMBER),
    ...calls.map((call, i) => instruction(JUMP_IF_EQUAL, call, calls.length - i)),
    instruction(RETURN, otherwise),
    instruction(RETURN, answer),
  ])
}

/** `answer` for a call whose argument has these lower 32 bits, whatever the upper are (CVE-2019-10063). */
export function filterArgument(call: number, index: number, low: number, answer: number): Buffer {
  return Buffer.concat([
    instruction(LOAD, NUMBER),
    instruction(JUMP_IF_EQUAL, call, 0, 3),
    instruction(LOAD, ARGUMENTS + index * 8),
    instruction(JUMP_IF_EQUAL, low, 0, 1),
    instruction(RETURN, answer),
    instruction(RETURN, allow),
  ])
}

/** Allows all in this many instructions. */
export function long(instructions: number): Buffer {
  const loads = Array.from({ length: instructions - 1 }, () => instruction(LOAD, NUMBER))
  return Buffer.concat([...loads, instruction(RETURN, allow)])
}
