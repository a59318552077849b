import { createRequire } from 'node:module'
import type Koffi from 'koffi'
import type { Code, Library, Watch, Word } from './library.ts'

const PROT = { READ: 1, WRITE: 2, EXEC: 4 }
const MAP = { PRIVATE: 2, ANONYMOUS: 0x20, NORESERVE: 0x4000 }
const RTLD = { NOW: 2, NOLOAD: 4, NODELETE: 0x1000 }

/** The koffi back end: the only file that knows koffi. Symbols come from the process itself: glibc and musl. */
export function createKoffi(): Library {
  const require = createRequire(import.meta.url)
  const koffi: typeof Koffi = require('koffi')
  const libc = koffi.load(null)
  const word = 'void *' // takes numbers, bigints, memory and null
  // syscall(2) is variadic; on both architectures its words travel as those of a function with seven parameters.
  const call = libc.func('syscall', 'long', ['long', word, word, word, word, word, word])
  const mmap = libc.func('mmap', 'void *', [word, 'size_t', 'int', 'int', 'int', 'intptr_t'])
  const mprotect = libc.func('mprotect', 'int', [word, 'size_t', 'int'])
  const memcpy = libc.func('memcpy', 'void *', [word, word, 'size_t'])
  const dlsym = libc.func('dlsym', 'void *', [word, 'str'])
  const nine = Array<string>(9).fill(word)
  const entry = koffi.proto('long', nine) // what is too many for a function stays unread in its registers and on the stack
  // A Worker that ends unloads its addons while the loop still has to call koffi's code for a watch that was closed.
  const addon = Object.keys(require.cache).find((path) => path.endsWith('koffi.node'))
  const dlopen = libc.func('dlopen', 'void *', ['str', 'int'])
  if (addon) dlopen(addon, RTLD.NOW | RTLD.NOLOAD | RTLD.NODELETE)

  return {
    syscall(number, words) {
      const [a, b, c, d, e, f] = words as Word[]
      const result = call(number, a ?? null, b ?? null, c ?? null, d ?? null, e ?? null, f ?? null)
      return result === -1 ? -koffi.errno() : Number(result)
    },
    code(bytes) {
      const size = Math.ceil(bytes.length / 65536) * 65536 // whole pages of any size that arm64 has
      const address = mmap(null, size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0)
      memcpy(address, bytes, bytes.length)
      // Never writable and executable at once. mprotect makes the kernel synchronise arm64's instruction cache.
      if (mprotect(address, size, PROT.READ | PROT.EXEC) !== 0)
        throw new Error(`mprotect(PROT_EXEC) failed with errno ${koffi.errno()}`)
      const call: Code['call'] = (...words) =>
        Number(koffi.call(address, entry, ...nine.map((_, i) => words[i] ?? null)))
      return { address, call }
    },
    map: (size) => {
      const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE
      return mmap(null, size, PROT.READ | PROT.WRITE, flags, -1, 0)
    },
    symbol: (name) => dlsym(null, name),
    address: (memory) => koffi.address(memory),
    watch(fd, readable): Watch {
      // koffi.node.poll (undocumented) swallows what its callback throws, aborts on an fd that epoll refuses, and
      // crashes when stopped after close: `readable` must not throw, and a handle is never stopped.
      const handle = koffi.node.poll(fd, { readable: true }, readable)
      return { ref: () => handle.ref(), unref: () => handle.unref() }
    },
  }
}
