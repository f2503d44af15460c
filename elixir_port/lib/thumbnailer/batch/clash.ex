defmodule Thumbnailer.Batch.Clash do
  @moduledoc false
  # Outputs that two inputs would have, and what helps.

  alias Thumbnailer.{Batch, Error}
  alias Thumbnailer.Batch.{Format, OutputName}

  @shown 3

  @typedoc "How many there are, and the first of them: output and its two inputs, the last one first."
  @type t :: {non_neg_integer, [{Path.t(), Path.t(), Path.t()}]}

  @spec none() :: t
  def none, do: {0, []}

  @spec add(t, Path.t(), Path.t(), Path.t()) :: t
  def add({count, shown}, output, first, second) when count < @shown,
    do: {count + 1, [{output, first, second} | shown]}

  def add({count, shown}, _output, _first, _second), do: {count + 1, shown}

  @doc "An error that names clashes and a remedy; `:ok` when there is none."
  @spec refuse(t, Batch.t()) :: :ok | {:error, Error.t()}
  def refuse({0, []}, _batch), do: :ok

  def refuse({count, shown}, batch) do
    lines =
      for {output, first, second} <- Enum.reverse(shown),
          do:
            "#{Format.printable(first)} and #{Format.printable(second)} would both be #{Format.printable(output)}"

    more = if count > length(shown), do: ["and #{count - length(shown)} more"], else: []
    {_output, first, second} = List.last(shown)
    message = Enum.join(lines ++ more, "; ") <> ". " <> remedy(batch, first, second)
    {:error, Error.new(:bad_option, message, option: :name)}
  end

  defp remedy(batch, first, second) do
    names = {Path.rootname(Path.basename(first)), Path.rootname(Path.basename(second))}

    cond do
      Path.dirname(first) != Path.dirname(second) and :dir not in batch.name ->
        "Let the folder be part of the name: --name \"{dir}/#{OutputName.to_string(batch.name)}\""

      Path.dirname(first) != Path.dirname(second) ->
        "Name a folder above both as the input, or give each an --out of its own"

      elem(names, 0) == elem(names, 1) ->
        "Let the suffix be part of the name: --name \"#{batch.name |> OutputName.with_source_ext() |> OutputName.to_string()}\""

      true ->
        "The folder for the thumbnails does not tell them apart; leave one out with --exclude"
    end
  end
end
