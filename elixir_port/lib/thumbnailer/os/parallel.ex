defmodule Thumbnailer.OS.Parallel do
  @moduledoc false
  # Many small looks at the file system at a time. The runtime makes each in another thread, and waking that takes longer than the
  # look itself, unless the thread finds the next one waiting.

  # Elements of a task, and tasks at a time: with slices this small, what is asked for lies close together in the tables of a run.
  @slice 16
  @tasks 8

  @doc "As `Enum.map/2`, in the same order; an exception in `fun` may end the caller, as that of a linked process."
  @spec map([element], (element -> result)) :: [result] when element: term, result: term
  def map(elements, fun) do
    case Enum.chunk_every(elements, @slice) do
      [] -> []
      [few] -> Enum.map(few, fun)
      slices -> slices |> stream(fun) |> Enum.flat_map(fn {:ok, results} -> results end)
    end
  end

  defp stream(slices, fun),
    do: Task.async_stream(slices, &Enum.map(&1, fun), max_concurrency: @tasks, timeout: :infinity)
end
