defmodule Thumbnailer.Batch.Journal.Entry do
  @moduledoc false
  # What stands in a journal, one term each, and the rows of the table that follow from it. The last word on a key counts.
  #
  #     {:begun, [name]}          outputs that are about to be made
  #     {:made, path, record}     what became of an input, with the outputs that it has
  #     {:gone, [name]}           outputs that are there no more
  #
  # A row's value begins with the turn of its frame.

  alias Thumbnailer.Batch.Journal.Record

  @type t :: {:begun, [Path.t()]} | {:made, Path.t(), tuple} | {:gone, [Path.t()]}
  @type key :: <<_::128>>

  @spec begun([Path.t()]) :: [t]
  def begun([]), do: []
  def begun(names), do: [{:begun, names}]

  @spec made(Path.t(), Record.t()) :: t
  def made(path, record), do: {:made, path, Record.to_term(record)}

  @doc "The most bytes that `made/2` and `gone/1` take of an input with outputs of these names, with the frame around them."
  @spec room(Path.t(), [Path.t()]) :: pos_integer
  def room(path, names),
    do: Enum.reduce(names, 384 + byte_size(path), &(&2 + 128 + 2 * byte_size(&1)))

  @spec gone([Path.t()]) :: [t]
  def gone([]), do: []
  def gone(names), do: [{:gone, names}]

  @spec input_key(Path.t()) :: key
  def input_key(path), do: :erlang.md5(["i", path])

  @spec output_key(Path.t()) :: key
  def output_key(name), do: :erlang.md5(["o", name])

  @spec rows(t, non_neg_integer) :: [{key, iodata}]
  def rows({:begun, names}, turn),
    do: for(name <- names, do: {output_key(name), <<turn::64, "b">>})

  def rows({:gone, names}, turn),
    do: for(name <- names, do: {output_key(name), <<turn::64, "g">>})

  def rows({:made, path, term}, turn) do
    outputs =
      for {name, %{bytes: bytes}} <- Record.from_term(term).outputs,
          do: {output_key(name), <<turn::64, "m", bytes::64>>}

    [{input_key(path), [<<turn::64, "r">>, :erlang.term_to_binary(term)]} | outputs]
  end

  # An entry of a kind that is not known.
  def rows(_other, _turn), do: []

  @doc "The value of a row without its turn."
  @spec value(binary) :: {:record, Record.t()} | {:made, non_neg_integer} | :begun | nil
  def value(<<_turn::64, "r", term::binary>>),
    do: {:record, term |> :erlang.binary_to_term() |> Record.from_term()}

  def value(<<_turn::64, "m", bytes::64>>), do: {:made, bytes}
  def value(<<_turn::64, "b">>), do: :begun
  def value(<<_turn::64, "g">>), do: nil

  @spec turn(binary | nil) :: non_neg_integer | nil
  def turn(<<turn::64, _value::binary>>), do: turn
  def turn(nil), do: nil

  @doc "The inputs of entries with their records, the last of each input in this frame."
  @spec records([t]) :: %{Path.t() => Record.t()}
  def records(entries),
    do: for({:made, path, term} <- entries, into: %{}, do: {path, Record.from_term(term)})

  @doc "What is left of an entry when later ones count; an output outlives the record that it stands in."
  @spec keep(t, (key -> boolean)) :: [t]
  def keep({:begun, names}, last?), do: names |> Enum.filter(&last?.(output_key(&1))) |> begun()
  def keep({:gone, names}, last?), do: names |> Enum.filter(&last?.(output_key(&1))) |> gone()

  def keep({:made, path, term} = entry, last?) do
    if last?.(input_key(path)),
      do: [entry],
      else:
        term
        |> Record.from_term()
        |> Map.fetch!(:outputs)
        |> Map.keys()
        |> Enum.filter(&last?.(output_key(&1)))
        |> begun()
  end

  def keep(_other, _last?), do: []
end
