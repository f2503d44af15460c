defmodule Thumbnailer.Features.ResultsTest do
  # The stream of results that stream/3 yields.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}
  alias Thumbnailer.Instance.Questions

  defp sources(range), do: Stream.map(range, &{:bytes, "#{&1}"})

  defp counts(name), do: elem(Questions.counts(name), 1)

  # The fake programs answer with the payload of the request.
  defp bytes({_source, {:ok, %Thumbnail{data: data}}}) do
    {:make, _id, _spec, {:bytes, bytes}} = :erlang.binary_to_term(data)
    bytes
  end

  test "each source has its result, in order", %{test: name} do
    start_fake(name, "echo")
    results = 1..500 |> sources() |> Thumbnailer.stream(100, on: name) |> Enum.to_list()
    assert Enum.map(results, &elem(&1, 0)) == Enum.to_list(sources(1..500))
    assert Enum.map(results, &bytes/1) == for(n <- 1..500, do: "#{n}")
  end

  test "unordered, results come as they are ready, and none is missing", %{test: name} do
    start_fake(name, "echo")
    results = 1..200 |> sources() |> Thumbnailer.stream(100, on: name, ordered: false)
    results = Enum.to_list(results)
    assert Enum.sort(Enum.map(results, &elem(&1, 0))) == Enum.sort(sources(1..200))
    for {{:bytes, source}, _} = result <- results, do: assert(bytes(result) == source)
  end

  test "nothing is read before it runs, and then no more than is worked on", %{test: name} do
    start_fake(name, "echo")
    test = self()

    stream =
      1..1_000
      |> sources()
      |> Stream.each(&send(test, {:read, &1}))
      |> Thumbnailer.stream(100, on: name, max_concurrency: 3)

    refute_received {:read, _source}
    assert [_, _] = Enum.take(stream, 2)
    {:messages, read} = Process.info(self(), :messages)
    assert length(read) in 2..5
  end

  test "no more than :max_concurrency are asked for at the same time", %{test: name} do
    start_fake(name, "never_answers", timeout: 60_000)
    os_pid(name)

    pid =
      spawn(fn ->
        1..100
        |> sources()
        |> Thumbnailer.stream(100, on: name, max_concurrency: 7)
        |> Stream.run()
      end)

    eventually("they did not arrive", fn -> counts(name).sent + counts(name).waiting == 7 end)
    Process.exit(pid, :kill)
    # Of who dies while the stream runs nothing is left to be made.
    eventually("they wait still", fn -> counts(name).waiting == 0 end)
  end

  test "without an instance each result says so" do
    assert [{"a", {:error, %Error{reason: :unavailable}}}, {"b", {:error, _}}] =
             ["a", "b"] |> Thumbnailer.stream(100, on: NoSuchInstance) |> Enum.to_list()
  end

  test "wrong options raise at once, a wrong source where the stream is run", %{test: name} do
    start_fake(name, "echo")

    assert_raise ArgumentError, ~r/:max_concurrency must be/, fn ->
      Thumbnailer.stream([], 100, max_concurrency: 0)
    end

    assert_raise ArgumentError, ~r/:to does not belong here/, fn ->
      Thumbnailer.stream([], 100, to: "/tmp/x.png")
    end

    assert_raise ArgumentError, ~r/:ordered does not belong here.* stream/, fn ->
      Thumbnailer.make({:bytes, "x"}, 100, ordered: false)
    end

    stream = Thumbnailer.stream([{:bytes, "x"}, :nonsense], 100, on: name)
    assert_raise ArgumentError, ~r/source must be/, fn -> Stream.run(stream) end
  end

  @tag :real
  test "of real images the good ones are made and the bad ones say why", %{test: name} do
    start_instance(name, workers: 2)
    paths = for file <- ~w(photo.jpg no_such_file quadrants.png truncated.jpg), do: sample(file)

    assert [
             {_, {:ok, %Thumbnail{width: 50}}},
             {_, {:error, %Error{reason: :not_found}}},
             {_, {:ok, %Thumbnail{format: :png}}},
             {_, {:error, %Error{reason: :bad_image}}}
           ] = paths |> Thumbnailer.stream(50, on: name) |> Enum.to_list()
  end
end
