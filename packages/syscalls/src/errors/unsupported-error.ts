import { brand } from './brand.ts'

/** This platform, architecture or kernel cannot do what was called. Importing the packages works anywhere. */
export class UnsupportedError extends Error {
  static {
    brand(UnsupportedError, 'UnsupportedError')
  }
  override readonly name = 'UnsupportedError'
  readonly code = 'ERR_NS_UNSUPPORTED'
}
