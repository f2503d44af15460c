defmodule Thumbnailer.Port.Tracer do
  @moduledoc false
  # What a recording hears of what passes between the library and the program: its recorder gets {:trace, kind, id, data,
  # bytes, microseconds} for each request, chunk and reply, and for each request that was lost with the program. Pure data;
  # the recorder may be on another node.

  @enforce_keys [:pid, :monitor, :max_bytes]
  defstruct [:pid, :monitor, :max_bytes, backlog: 0]

  @type t :: %__MODULE__{
          # the recorder
          pid: pid,
          monitor: reference,
          max_bytes: pos_integer,
          # how many bytes it has still to write
          backlog: non_neg_integer
        }

  @type kind :: :request | :chunk | :reply | :lost

  @doc "The message to the recorder, unless it is too far behind."
  @spec trace(t, kind, pos_integer, iodata | atom, integer) :: {t, tuple | nil}
  # A disk that is slower than the requests costs the recording some of them, not the BEAM its memory.
  def trace(%{backlog: backlog, max_bytes: max} = tracer, :request, _id, _data, _at)
      when backlog > max,
      do: {tracer, nil}

  def trace(tracer, kind, id, data, at) do
    bytes = if is_atom(data), do: 0, else: :erlang.iolist_size(data)
    {%{tracer | backlog: tracer.backlog + bytes}, {:trace, kind, id, data, bytes, at}}
  end

  @doc "The recorder has written so many bytes of what it was told."
  @spec written(t, non_neg_integer) :: t
  def written(tracer, bytes), do: %{tracer | backlog: max(tracer.backlog - bytes, 0)}
end
