defmodule Thumbnailer.Instance.StreamTable do
  @moduledoc false
  # The streamed requests of an instance whose callers are still busy with the source, and the answers to those that
  # were answered meanwhile. By id; the token says that a caller is the one whose request it is. Pure data.

  alias Thumbnailer.Error

  defstruct open: %{}, answers: %{}

  @type outcome :: {:ok, map} | {:error, Error.t()}
  @type t :: %__MODULE__{
          open: %{pos_integer => reference},
          answers: %{pos_integer => {reference, outcome}}
        }

  @spec open(t, pos_integer, reference) :: t
  def open(feeds, id, token), do: %{feeds | open: Map.put(feeds.open, id, token)}

  @doc "How many sources are on their way."
  @spec count(t) :: non_neg_integer
  def count(feeds), do: map_size(feeds.open)

  @doc "Keeps the answer of a request for its caller."
  @spec answer(t, pos_integer, outcome) :: {:kept, t} | :not_fed
  def answer(feeds, id, outcome) do
    case Map.pop(feeds.open, id) do
      {nil, _open} ->
        :not_fed

      {token, open} ->
        {:kept, %{feeds | open: open, answers: Map.put(feeds.answers, id, {token, outcome})}}
    end
  end

  @doc "The caller has no more to send: the answer, when it is there, is taken out."
  @spec claim(t, pos_integer, reference) :: {:answered, outcome, t} | {:open, t} | :unknown
  def claim(feeds, id, token) do
    case feeds do
      %{open: %{^id => ^token}} -> {:open, delete(feeds, id)}
      %{answers: %{^id => {^token, outcome}}} -> {:answered, outcome, delete(feeds, id)}
      _other -> :unknown
    end
  end

  @spec delete(t, pos_integer) :: t
  def delete(feeds, id),
    do: %{feeds | open: Map.delete(feeds.open, id), answers: Map.delete(feeds.answers, id)}
end
