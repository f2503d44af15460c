defmodule Thumbnailer.Port.Tracer do
  @moduledoc false
  # Where a recording hears what passes between the library and the program: the recorder gets {:trace, kind, id, data,
  # bytes, microseconds} for each request, chunk and reply, and for each request that was lost with the program.

  @enforce_keys [:pid, :backlog, :max_bytes]
  defstruct [:pid, :backlog, :max_bytes]

  @type t :: %__MODULE__{
          # the recorder
          pid: pid,
          # how many bytes it has still to write
          backlog: :counters.counters_ref(),
          max_bytes: pos_integer
        }

  @doc "Tells the recorder, when there is one."
  @spec trace(t | nil, :request | :chunk | :reply | :lost, pos_integer, iodata | atom) :: :ok
  def trace(nil, _kind, _id, _data), do: :ok

  def trace(tracer, kind, id, data) do
    bytes = if is_atom(data), do: 0, else: :erlang.iolist_size(data)

    # A disk that is slower than the requests costs the recording some of them, not the BEAM its memory.
    unless kind == :request and :counters.get(tracer.backlog, 1) > tracer.max_bytes do
      :counters.add(tracer.backlog, 1, bytes)
      send(tracer.pid, {:trace, kind, id, data, bytes, System.monotonic_time(:microsecond)})
    end

    :ok
  end
end
