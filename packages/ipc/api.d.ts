import { NamespaceRef, Contribution, RunningOptions } from '@ns/syscalls';
export { RunningOptions } from '@ns/syscalls';
interface IpcLimits {
    readonly msgmax?: number | undefined;
    readonly msgmnb?: number | undefined;
    readonly msgmni?: number | undefined;
    readonly sem?: readonly [number, number, number, number] | undefined;
    readonly shmmax?: number | undefined;
    readonly shmall?: number | undefined;
    readonly shmmni?: number | undefined;
    readonly queues_max?: number | undefined;
    readonly msg_max?: number | undefined;
    readonly msgsize_max?: number | undefined;
}
interface IpcOptions {
    readonly limits?: IpcLimits | undefined;
    readonly join?: NamespaceRef | undefined;
}
declare function ipc(options?: IpcOptions): Contribution;
interface SysvObject {
    readonly key: number;
    readonly id: number;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
}
interface MessageQueue extends SysvObject {
    readonly messages: number;
    readonly bytes: number;
}
interface SemaphoreSet extends SysvObject {
    readonly semaphores: number;
}
interface SharedMemory extends SysvObject {
    readonly size: number;
    readonly attached: number;
}
interface PosixQueue {
    readonly name: string;
    readonly bytes: number;
}
interface IpcObjects {
    readonly queues: readonly MessageQueue[];
    readonly semaphores: readonly SemaphoreSet[];
    readonly sharedMemory: readonly SharedMemory[];
    readonly posixQueues: readonly PosixQueue[];
}
declare function readIpcObjects(ref: NamespaceRef, { user }?: RunningOptions): Promise<IpcObjects>;
interface IpcSelection {
    readonly queues?: readonly {
        readonly id: number;
    }[] | undefined;
    readonly semaphores?: readonly {
        readonly id: number;
    }[] | undefined;
    readonly sharedMemory?: readonly {
        readonly id: number;
    }[] | undefined;
    readonly posixQueues?: readonly {
        readonly name: string;
    }[] | undefined;
}
declare function removeIpcObjects(ref: NamespaceRef, objects: IpcSelection, { user }?: RunningOptions): Promise<void>;
export { ipc, readIpcObjects, removeIpcObjects };
export type { IpcLimits, IpcObjects, IpcOptions, IpcSelection, MessageQueue, PosixQueue, SemaphoreSet, SharedMemory, SysvObject };
