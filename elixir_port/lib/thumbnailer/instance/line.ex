defmodule Thumbnailer.Instance.Line do
  @moduledoc false
  # The ids of requests of one kind that wait. Their callers take turns, one request each; those of one caller keep their order. So
  # a caller with a thousand requests delays another by one of them, not by a thousand. Pure data.

  # `first` is served before all others; `turns` are the callers in the order of their turns, each once.
  defstruct first: [], turns: :queue.new(), ids: %{}

  @typedoc "Who asked: a process."
  @type caller :: pid

  @type t :: %__MODULE__{
          first: [pos_integer],
          turns: :queue.queue(caller),
          ids: %{optional(caller) => :queue.queue(pos_integer)}
        }

  @doc "Lets a request wait, behind those of its caller."
  @spec enqueue(t, caller, pos_integer) :: t
  def enqueue(%{ids: ids} = line, caller, id) when is_map_key(ids, caller),
    do: %{line | ids: Map.update!(ids, caller, &:queue.in(id, &1))}

  def enqueue(line, caller, id) do
    ids = Map.put(line.ids, caller, :queue.in(id, :queue.new()))
    %{line | turns: :queue.in(caller, line.turns), ids: ids}
  end

  @doc "Puts requests before all others, in this order; they had their turn already."
  @spec requeue(t, [pos_integer]) :: t
  def requeue(line, ids), do: %{line | first: ids ++ line.first}

  @doc "The request whose turn it is."
  @spec next(t) :: pos_integer | nil
  def next(%{first: [id | _rest]}), do: id

  def next(%{turns: turns, ids: ids}) do
    case :queue.peek(turns) do
      {:value, caller} -> :queue.get(Map.fetch!(ids, caller))
      :empty -> nil
    end
  end

  @doc "Takes out the request whose turn it is. When it was sent, its caller's turn is over; when it is gone, the next of its caller has it."
  @spec drop(t, :sent | :gone) :: t
  def drop(%{first: [_id | rest]} = line, _why), do: %{line | first: rest}

  def drop(%{turns: turns, ids: ids} = line, why) do
    {{:value, caller}, later} = :queue.out(turns)
    left = ids |> Map.fetch!(caller) |> :queue.drop()

    case {:queue.is_empty(left), why} do
      {true, _why} -> %{line | turns: later, ids: Map.delete(ids, caller)}
      {false, :sent} -> %{line | turns: :queue.in(caller, later), ids: Map.put(ids, caller, left)}
      {false, :gone} -> %{line | ids: Map.put(ids, caller, left)}
    end
  end
end
