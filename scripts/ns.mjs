// `pnpm ns …` is the `ns` command of this checkout, built first if need be.
// It runs in this very process: exit code, signals and terminal are the command's own.
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'

build('--filter=@ns/cli...')

const command = new URL('../packages/cli/dist/ns.js', import.meta.url)
process.argv[1] = fileURLToPath(command)
await import(command.href)
