import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PLAN_ADDRESS } from '../../../src/program/layout.ts'
import type { Directory } from '../../support/files.ts'

/** Compiles a fixture into the directory; returns the program's path. */
export function compile(name: string, into: Directory): string {
  const source = fileURLToPath(new URL(`../fixtures/${name}.c`, import.meta.url))
  const flags = [
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wno-unused-result',
    `-DPLAN_ADDRESS=${PLAN_ADDRESS}L`,
  ]
  execFileSync('gcc', [...flags, '-o', into.at(name), source], { stdio: 'inherit' })
  return into.at(name)
}
