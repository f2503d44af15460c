defmodule Bench.Recipe do
  @moduledoc """
  What every contender is to make: of each file each output, `parallel` files at a time. Where that is more than one, `callers`
  ask for twice as many, so that nobody who makes them has to wait for the next.
  """

  alias Thumbnailer.Batch.CLI.JSON

  @enforce_keys [:files, :outputs]
  defstruct [:files, :outputs, quality: 80, parallel: 1]

  @doc "How many ask at the same time."
  def callers(%{parallel: 1}), do: 1
  def callers(%{parallel: parallel}), do: 2 * parallel

  @doc "An output; the box is a square unless there is a height."
  def output(width, opts \\ []) do
    %{
      width: width,
      height: opts[:height] || width,
      fit: opts[:fit] || :inside,
      format: opts[:format] || :jpeg
    }
  end

  @doc "As JSON, with what is for one contender alone."
  def json(recipe, more \\ %{}),
    do: recipe |> map() |> Map.merge(more) |> JSON.encode() |> IO.iodata_to_binary()

  @doc "As a map in Elixir's syntax."
  def elixir(recipe),
    do: recipe |> map() |> inspect(limit: :infinity, printable_limit: :infinity)

  defp map(recipe), do: recipe |> Map.from_struct() |> Map.put(:callers, callers(recipe))

  @doc "The outputs as a request of the protocol, in Erlang's syntax; `more` are further options of each."
  def request(recipe, more \\ %{}) do
    outputs =
      Enum.map_join(recipe.outputs, ", ", fn output ->
        options = output |> Map.put(:quality, recipe.quality) |> Map.merge(more)

        "\#{" <>
          Enum.map_join(options, ", ", fn {name, value} -> "#{name} => #{value}" end) <> "}"
      end)

    "{make, 1, \#{outputs => [#{outputs}]}, {bytes, <<>>}}"
  end

  @doc "The outputs as `Thumbnailer.make_all/3` wants them."
  def outputs(recipe) do
    for output <- recipe.outputs do
      {{output.width, output.height},
       fit: output.fit, format: output.format, quality: recipe.quality}
    end
  end
end
