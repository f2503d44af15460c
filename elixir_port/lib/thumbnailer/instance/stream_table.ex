defmodule Thumbnailer.Instance.StreamTable do
  @moduledoc false
  # The streamed requests of an instance whose callers are still busy with the source, and the answers to those that
  # were answered meanwhile. By id; the monitor of a caller proves that it is the one whose request it is. Pure data.

  alias Thumbnailer.Error

  defstruct open: %{}, answers: %{}

  @type outcome :: {:ok, map} | {:error, Error.t()}
  @type t :: %__MODULE__{
          open: %{pos_integer => reference},
          answers: %{pos_integer => {reference, outcome}}
        }

  @spec open(t, pos_integer, reference) :: t
  def open(streams, id, monitor_ref),
    do: %{streams | open: Map.put(streams.open, id, monitor_ref)}

  @doc "How many sources are on their way."
  @spec count(t) :: non_neg_integer
  def count(streams), do: map_size(streams.open)

  @doc "Keeps the answer of a request for its caller."
  @spec answer(t, pos_integer, outcome) :: {:kept, t} | :not_streamed
  def answer(streams, id, outcome) do
    case Map.pop(streams.open, id) do
      {nil, _open} ->
        :not_streamed

      {monitor_ref, open} ->
        {:kept,
         %{streams | open: open, answers: Map.put(streams.answers, id, {monitor_ref, outcome})}}
    end
  end

  @doc "The caller has no more to send: the answer, when it is there, is taken out."
  @spec claim(t, pos_integer, reference) :: {:answered, outcome, t} | {:open, t} | :unknown
  def claim(streams, id, monitor_ref) do
    case streams do
      %{open: %{^id => ^monitor_ref}} -> {:open, delete(streams, id)}
      %{answers: %{^id => {^monitor_ref, outcome}}} -> {:answered, outcome, delete(streams, id)}
      _other -> :unknown
    end
  end

  @spec delete(t, pos_integer) :: t
  def delete(streams, id),
    do: %{streams | open: Map.delete(streams.open, id), answers: Map.delete(streams.answers, id)}
end
