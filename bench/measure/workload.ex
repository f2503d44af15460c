defmodule Bench.Workload do
  @moduledoc """
  What every implementation is to make: of each file each output, `parallel` files at a time. Where that is more than one, `callers`
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

  @doc "As JSON, with what is for one implementation alone."
  def json(workload, more \\ %{}),
    do: workload |> map() |> Map.merge(more) |> JSON.encode() |> IO.iodata_to_binary()

  @doc "As a map in Elixir's syntax."
  def elixir(workload),
    do: workload |> map() |> inspect(limit: :infinity, printable_limit: :infinity)

  defp map(workload), do: workload |> Map.from_struct() |> Map.put(:callers, callers(workload))

  @doc "The outputs as a request of the protocol, in Erlang's syntax; `more` are further options of each."
  def request(workload, more \\ %{}) do
    outputs =
      Enum.map_join(workload.outputs, ", ", fn output ->
        options = output |> Map.put(:quality, workload.quality) |> Map.merge(more)

        "\#{" <>
          Enum.map_join(options, ", ", fn {name, value} -> "#{name} => #{value}" end) <> "}"
      end)

    "{make, 1, \#{outputs => [#{outputs}]}, {bytes, <<>>}}"
  end

  @doc "The outputs as `Thumbnailer.make_all/3` wants them."
  def outputs(workload) do
    for output <- workload.outputs do
      {{output.width, output.height},
       fit: output.fit, format: output.format, quality: workload.quality}
    end
  end
end
