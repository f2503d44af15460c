# A BEAM as a peer of script/bench: elixir beam.exs nif|peer WORKLOAD. ../measure/peer.ex describes its commands and replies;
# WORKLOAD is a map in Elixir's syntax.

defmodule Bench.Beam do
  alias Bench.{PeerNode, VipsNif}

  def run([way, workload]) do
    {workload, []} = Code.eval_string(workload)
    sources = Enum.map(workload.files, &File.read!/1)

    # One for each caller: a function that calls the NIF.
    calls = calls(way, workload)

    IO.puts("ready OTP #{System.otp_release()}")
    serve(workload, sources, calls)
  end

  defp calls("nif", workload),
    do: List.duplicate(&apply(VipsNif, :thumbnail, &1), workload.callers)

  # A pool checks a node out to one caller at a time.
  defp calls("peer", workload) do
    for _ <- 1..workload.parallel do
      peer = PeerNode.start()
      &PeerNode.call(peer, :thumbnail, &1)
    end
  end

  defp serve(workload, sources, calls) do
    case IO.read(:line) do
      "make " <> count -> count |> to_number() |> make(workload, sources, calls) |> answer()
      "save " <> folder -> folder |> String.trim() |> save(workload, sources, calls) |> answer()
      :eof -> System.halt(0)
    end

    serve(workload, sources, calls)
  end

  defp to_number(line), do: line |> String.trim() |> String.to_integer()
  defp answer(microseconds), do: IO.puts(microseconds / 1000)

  defp make(count, workload, sources, calls) do
    next = :atomics.new(1, [])
    sources = List.to_tuple(sources)

    {microseconds, _done} =
      :timer.tc(fn ->
        calls
        |> Enum.map(&Task.async(fn -> work(&1, next, count, workload, sources) end))
        |> Task.await_many(:infinity)
      end)

    microseconds
  end

  defp work(call, next, count, workload, sources) do
    index = :atomics.add_get(next, 1, 1) - 1

    if index < count do
      thumbnails(call, workload, elem(sources, rem(index, tuple_size(sources))))
      work(call, next, count, workload, sources)
    end
  end

  defp thumbnails(call, workload, source) do
    for %{format: :jpeg} = output <- workload.outputs do
      cover = if output.fit == :cover, do: 1, else: 0
      made = call.([source, output.width, output.height, cover, workload.quality])
      true = is_binary(made)
      made
    end
  end

  defp save(folder, workload, sources, [call | _]) do
    for {source, index} <- Enum.with_index(sources),
        {data, place} <- Enum.with_index(thumbnails(call, workload, source)),
        do: File.write!("#{folder}/#{index}-#{place}", data)

    0
  end
end

Bench.Beam.run(System.argv())
