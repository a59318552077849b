import { readdirSync } from 'node:fs'
import { Namespace, NamespaceError, type NamespaceRef } from '@ns/syscalls'
import { checkNetNsName, type Names, openDirectory } from './directory.ts'

/** All names in a directory. A file on which no network namespace is mounted is none: a crash leaves such. */
export async function listNames(names: Names): Promise<string[]> {
  const found = await namespacesOf(names)
  for (const { namespace } of found) namespace.close()
  return found.map(({ name }) => name)
}

/** The names of one namespace. */
export async function namesOf(ref: NamespaceRef, names: Names): Promise<string[]> {
  using wanted = Namespace.open('net', ref)
  const found = await namespacesOf(names)
  for (const { namespace } of found) namespace.close()
  return found.filter(({ namespace }) => namespace.equals(wanted)).map(({ name }) => name)
}

/**
 * Opens the namespace of a name.
 *
 * @throws {NamespaceError} `ERR_NS_NOT_A_NAMESPACE`, `ERR_NS_PERMISSION`
 */
export async function openName(name: string, names: Names): Promise<Namespace> {
  checkNetNsName(name)
  using directory = await openDirectory(names)
  try {
    if (directory) return Namespace.open('net', `${directory.path}/${name}`)
  } catch (cause) {
    throw isRefusal(cause) ? refused(name, names, cause) : cause
  }
  throw refused(name, names)
}

function refused(name: string, names: Names, cause?: NamespaceError): NamespaceError {
  const isForbidden = cause?.code === 'ERR_NS_PERMISSION'
  const code = isForbidden ? cause.code : 'ERR_NS_NOT_A_NAMESPACE'
  const why = isForbidden ? 'may not be opened' : 'is no network namespace'
  const message = `net: '${name}' in ${names.directory} ${why}`
  return new NamespaceError(message, { code, namespace: 'net', operation: 'open', cause })
}

function isRefusal(error: unknown): error is NamespaceError {
  return error instanceof NamespaceError
}

async function namespacesOf(names: Names): Promise<{ name: string; namespace: Namespace }[]> {
  using directory = await openDirectory(names)
  if (!directory) return []
  return readdirSync(directory.path)
    .sort()
    .flatMap((name) => {
      const namespace = tryToOpen(`${directory.path}/${name}`)
      return namespace ? [{ name, namespace }] : []
    })
}

function tryToOpen(path: string): Namespace | undefined {
  try {
    return Namespace.open('net', path)
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}
