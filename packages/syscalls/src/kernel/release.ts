import { release } from 'node:os'

/** Whether this kernel is at least that old a release: `isAtLeast(6, 2)`. */
export function isAtLeast(major: number, minor: number): boolean {
  return !isBefore(release(), major, minor)
}

/** Whether a release, `5.10.0-44-amd64`, is an older one: `isBefore(release, 5, 11)`. */
export function isBefore(release: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = release.split('.').map((part) => Number.parseInt(part, 10))
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}
