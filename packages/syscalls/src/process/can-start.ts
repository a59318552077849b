import { library } from '../ffi/library.ts'

/** `process.permission`, which `node --permission` makes. */
interface Permission {
  has(scope: 'child'): boolean
}

/**
 * Whether this process can start others at all, asked before anything else.
 *
 * @throws {Error} `ERR_ACCESS_DENIED` under `node --permission` without `--allow-child-process`, as `child_process` does
 * @throws {UnsupportedError} `ERR_NS_UNSUPPORTED` anywhere but on Linux, x86-64 or arm64, with Node.js 22.12 or newer
 */
export function checkCanStart(file: unknown): void {
  const { permission } = process as { permission?: Permission }
  if (permission?.has('child') === false) {
    const message =
      'Access to this API has been restricted. Use --allow-child-process to manage permissions.'
    const details = { permission: 'ChildProcess', resource: String(file ?? '') }
    throw Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED', ...details })
  }
  library()
}
