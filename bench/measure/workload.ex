defmodule Bench.Workload do
  @moduledoc """
  The work of every implementation: each output of each file, `parallel` files at the same time. If `parallel` is more than one, there
  are twice as many `callers`, so that no worker waits for its next image.
  """

  alias Thumbnailer.Batch.CLI.JSON

  @enforce_keys [:files, :outputs]
  defstruct [:files, :outputs, quality: 80, parallel: 1]

  @doc "The number of callers."
  def callers(%{parallel: 1}), do: 1
  def callers(%{parallel: parallel}), do: 2 * parallel

  # Options that change more than the size, with our names and values. Only sharp.mjs knows them, too; an overlay is the path of a file.
  @effects [:background, :crop, :sharpen, :greyscale, :overlay]

  @doc "An output; the box is a square by default. It has only those of `:background`, `:crop`, `:sharpen`, `:greyscale` and `:overlay` that are given."
  def output(width, opts \\ []) do
    %{
      width: width,
      height: opts[:height] || width,
      fit: opts[:fit] || :inside,
      format: opts[:format] || :jpeg
    }
    |> Map.merge(opts |> Keyword.take(@effects) |> Map.new())
  end

  @doc "As JSON, with extra keys for one implementation."
  def json(workload, more \\ %{}),
    do: workload |> map() |> Map.merge(more) |> JSON.encode() |> IO.iodata_to_binary()

  @doc "As a map in Elixir's syntax."
  def elixir(workload),
    do: workload |> map() |> inspect(limit: :infinity, printable_limit: :infinity)

  defp map(workload), do: workload |> Map.from_struct() |> Map.put(:callers, callers(workload))

  @doc "The outputs as a request of the protocol, in Erlang's syntax; `more` has further options for each output."
  def request(workload, more \\ %{}) do
    outputs =
      Enum.map_join(workload.outputs, ", ", fn output ->
        options = output |> Map.put(:quality, workload.quality) |> Map.merge(more)

        "\#{" <>
          Enum.map_join(options, ", ", fn {name, value} -> "#{name} => #{value}" end) <> "}"
      end)

    "{make, 1, \#{outputs => [#{outputs}]}, {bytes, <<>>}}"
  end

  @doc "The outputs as `Thumbnailer.make_many/3` wants them."
  def outputs(workload) do
    for output <- workload.outputs do
      effects = output |> Map.take(@effects) |> Map.to_list()

      {{output.width, output.height},
       [fit: output.fit, format: output.format, quality: workload.quality] ++ effects}
    end
  end
end
