"""Who works: this process, a pool of processes, or the workers of a Dask scheduler. All give the same, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from scraper.errors import UserError

MAX_LOST = 3
"""A task that so many workers died of is not given to another."""

AHEAD = 4
"""Tasks a worker that are under way or done and not yet asked for: more would only fill memory."""

CONNECT_S = 10

Result = TypeVar("Result")
Task = tuple[Any, ...]
"""Arguments of the function that works."""


@dataclass(frozen=True)
class Known:
    """Stands among tasks for a result that is there already."""

    result: Any


class WorkersLostError(UserError):
    """Workers died again and again over the same task, or none is left."""


class Workers(Protocol):
    """Somebody who does tasks."""

    def map(self, function: Callable[..., Result], tasks: Iterable[Task | Known]) -> Iterator[Result]:
        """What the function makes of each task, in their order; tasks are drawn as they are needed."""
        ...


def workers(n_jobs: int = 1, scheduler: str | None = None) -> AbstractContextManager[Workers]:
    """Workers while the block runs: of the scheduler where there is one, else as many processes as jobs."""
    if scheduler:
        return _dask(scheduler)
    return _here() if n_jobs == 1 else _pool(n_jobs)


class Here:
    """The process that asks."""

    def map(self, function: Callable[..., Result], tasks: Iterable[Task | Known]) -> Iterator[Result]:
        return (task.result if isinstance(task, Known) else function(*task) for task in tasks)


@contextmanager
def _here() -> Iterator[Here]:
    yield Here()


@dataclass
class _Given:
    """A task under way."""

    task: Task | Known
    future: Future[Any]
    n_lost: int = 0


def _done(known: Known) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(known.result)
    return future


class Pool:
    """Processes of this machine; one that dies is replaced, and what it and the others had under way is done again."""

    def __init__(self, n_jobs: int) -> None:
        self.n_jobs = n_jobs
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.n_jobs, mp_context=get_context("spawn"))

    def map(self, function: Callable[..., Result], tasks: Iterable[Task | Known]) -> Iterator[Result]:
        waiting: deque[_Given] = deque()
        for task in tasks:
            waiting.append(_Given(task, self._submit(function, task, waiting)))
            if len(waiting) >= AHEAD * self.n_jobs:
                yield self._first(function, waiting)
        while waiting:
            yield self._first(function, waiting)

    def _submit(self, function: Callable[..., Any], task: Task | Known, waiting: deque[_Given]) -> Future[Any]:
        if isinstance(task, Known):
            return _done(task)
        try:
            return self._pool.submit(function, *task)
        except BrokenProcessPool:
            self._begin_again(function, waiting)
            return self._pool.submit(function, *task)

    def _first(self, function: Callable[..., Any], waiting: deque[_Given]) -> Any:
        while True:
            first = waiting[0]
            try:
                result = first.future.result()
            except BrokenProcessPool:
                first.n_lost += 1
                if first.n_lost >= MAX_LOST:
                    raise WorkersLostError(
                        f"--jobs {self.n_jobs}: processes died {MAX_LOST} times; is there enough memory?"
                    ) from None
                self._begin_again(function, waiting)
                continue
            waiting.popleft()
            return result

    def _begin_again(self, function: Callable[..., Any], waiting: deque[_Given]) -> None:
        """A new pool for the tasks that are not done."""
        self._pool.shutdown(wait=True)
        self._pool = self._new()
        for given in waiting:
            if not isinstance(given.task, Known) and _is_lost(given.future):
                given.future = self._pool.submit(function, *given.task)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _is_lost(future: Future[Any]) -> bool:
    try:
        return not future.done() or isinstance(future.exception(), BrokenProcessPool)
    except CancelledError:
        return True


@contextmanager
def _pool(n_jobs: int) -> Iterator[Pool]:
    pool = Pool(n_jobs)
    try:
        yield pool
    finally:
        pool.close()


class Dask:
    """The workers of a Dask scheduler, which gives the tasks of one that is lost to others."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def map(self, function: Callable[..., Result], tasks: Iterable[Task | Known]) -> Iterator[Result]:
        waiting: deque[Any] = deque()
        for task in tasks:
            waiting.append(task if isinstance(task, Known) else self._client.submit(function, *task, pure=False))
            if len(waiting) >= AHEAD * max(1, len(self._client.nthreads())):
                yield self._first(waiting)
        while waiting:
            yield self._first(waiting)

    @staticmethod
    def _first(waiting: deque[Any]) -> Any:
        from distributed import KilledWorker

        future = waiting.popleft()
        if isinstance(future, Known):
            return future.result
        try:
            return future.result()
        except KilledWorker as error:
            raise WorkersLostError(f"--scheduler: workers died again and again over a chunk: {error}") from None
        finally:
            future.release()


@contextmanager
def _dask(scheduler: str) -> Iterator[Dask]:
    try:
        import distributed
    except ImportError:
        raise UserError("--scheduler: Dask is not installed; install rolecall with the extra dask") from None
    try:
        client: Any = distributed.Client(scheduler, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UserError(f"--scheduler {scheduler}: no scheduler answers ({error}); start one: dask scheduler") from None
    with client:
        if not client.nthreads():
            raise UserError(f"--scheduler {scheduler}: it has no worker; start some: dask worker {scheduler}")
        yield Dask(client)
