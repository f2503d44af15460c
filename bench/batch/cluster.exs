defmodule Bench.Cluster do
  # One node of one worker, then two, by paths; and where the processors' time went, which says what two can be at most
  # on two cores, whatever else the machine does.

  alias Bench.{Folders, Processors}
  alias Thumbnailer.{Batch, Nodes}

  def run(root) do
    photos = Folders.photos(root)
    Nodes.distribute()
    one = Nodes.start("one", :bench)
    {single, used} = on_cluster(photos, [one])
    two = Nodes.start("two", :bench)
    {both, _used} = on_cluster(photos, [one, two])
    Enum.each([one, two], &Nodes.stop/1)
    Nodes.stop_name_server()

    Folders.tell(
      "cluster",
      "two nodes #{Float.round(single / both, 2)} times one (#{round(single)} and #{round(both)} ms)",
      "1.8"
    )

    Folders.tell(
      "cluster",
      "of #{used.all} ms of processor time #{used.program} were the port program's: " <>
        "#{Float.round(2 * used.program / used.all, 2)} times at most on two cores; " <>
        "it worked #{round(100 * used.program / single)} % of the time with one node"
    )

    Folders.clear([photos])
  end

  defp on_cluster(photos, nodes) do
    out = Folders.make("cluster")
    pids = [String.to_integer(System.pid()) | Enum.map(nodes, & &1.os_pid)]

    opts = [out: out, sizes: ["200"], jobs: 8, on: {:cluster, :bench}, shared_storage: true]

    before = Processors.used(pids)
    milliseconds = Folders.time(fn -> {:ok, %{failed: 0}} = Batch.run(photos, opts) end)
    used = Processors.since(before, pids)
    Folders.clear([out])
    {milliseconds, used}
  end
end
