import { accessSync, constants, statSync } from 'node:fs'

/** libc's PATH when the environment has none (confstr(3), _CS_PATH). */
const DEFAULT_PATH = '/bin:/usr/bin'

/** The directories of a PATH, each once; the empty one is the working directory. */
export function directoriesOf(path: string = DEFAULT_PATH): string[] {
  return [...new Set(path.split(':'))]
}

/**
 * The files of this name in the caller's PATH, in its order. Its relative directories don't count: what is there may be
 * anybody's (CVE-2021-21261).
 */
export function filesInPath(name: string): string[] {
  return directoriesOf(process.env.PATH)
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => `${directory}/${name}`)
    .filter(isFile)
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false // nothing there; or in a directory that is closed to this user, which execvp passes over too
  }
}

/** Whether the caller may execute a file. */
export function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
