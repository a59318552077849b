import { spawnSync } from 'node:child_process'

/** Builds what `filter` selects, or everything, and says nothing unless that fails. */
export function build(...filter) {
  const { status, error, output } = spawnSync('turbo', ['run', 'build', ...filter], {
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  })
  if (status === 0) return
  process.stderr.write(error ? `${error}\n` : output.join(''))
  process.exit(status ?? 1)
}
