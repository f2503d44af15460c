defmodule Thumbnailer.PortBuild.Precompiled do
  @moduledoc """
  A program that was built elsewhere, in place of a build here: for machines without a compiler.

      config :thumbnailer, precompiled: "https://example.org/v{version}/thumbnailer-{version}-{target}.tar.gz"

  `{version}` is the library's, `{target}` such as `x86_64-linux-gnu`. `script/release` makes the archives, which hold what `mix compile` would put
  into `priv`, and `checksums.txt` beside this file in the package. An archive is taken only when its SHA-256 stands there; for a
  target that does not stand there the program is built.

    * `THUMBNAILER_BUILD=1` - builds all the same
    * `THUMBNAILER_CACHE` - the folder that archives are kept in; the user's cache folder unless set
    * `HEX_CACERTS_PATH` - certificates of authorities, in place of the system's
    * `HTTPS_PROXY` - a proxy
  """

  alias Thumbnailer.PortBuild.Toolchain

  @checksums Path.join(__DIR__, "checksums.txt")

  # Milliseconds; an archive has some 10 MB.
  @timeout 300_000
  @connect_timeout 10_000

  @typedoc "What is offered: an address with `{version}` and `{target}`."
  @type offer :: String.t()

  @doc "What is offered, unless the environment wants a build."
  @spec offer(offer | nil, Toolchain.environment()) :: offer | nil
  def offer(offer, environment),
    do: if(Toolchain.value(environment, "THUMBNAILER_BUILD") == "1", do: nil, else: offer)

  @doc "The archive for this machine, or for that of the cross compiler; `:none` when the program is to be built."
  @spec find(offer | nil, String.t(), Toolchain.environment(), Path.t()) ::
          {:ok, %{url: String.t(), sha256: String.t()}} | :none | {:error, String.t()}
  def find(offer, version, environment, checksums \\ @checksums)
  def find(nil, _version, _environment, _checksums), do: :none

  def find(offer, version, environment, checksums) do
    with :ok <- check(offer), {:ok, target} <- target(environment) do
      url = String.replace(offer, ["{version}", "{target}"], &fill(&1, version, target))
      listed(url, checksums)
    end
  end

  defp check("https://" <> _), do: :ok

  defp check(other),
    do:
      {:error,
       "config :thumbnailer, precompiled: must be an https:// address with {version} and {target}, got: #{inspect(other)}"}

  defp fill("{version}", version, _target), do: version
  defp fill("{target}", _version, target), do: target

  @doc """
  The target that the program would be built for; `:none` where that is not known.

      iex> Thumbnailer.PortBuild.Precompiled.target(%{"CROSSCOMPILE" => "/opt/bin/aarch64-nerves-linux-gnu"})
      {:ok, "aarch64-linux-gnu"}
  """
  @spec target(Toolchain.environment()) :: {:ok, String.t()} | :none
  def target(environment) do
    name =
      Toolchain.value(environment, "CROSSCOMPILE") ||
        "#{:erlang.system_info(:system_architecture)}"

    own? = Toolchain.own_toolchain?(environment)

    case name |> Path.basename() |> String.split("-") do
      [processor | rest] when not own? ->
        if "linux" in rest, do: {:ok, "#{processor}-linux-#{List.last(rest)}"}, else: :none

      _other ->
        :none
    end
  end

  defp listed(url, checksums) do
    name = Path.basename(URI.parse(url).path)

    lines =
      case File.read(checksums) do
        {:ok, text} -> String.split(text, "\n", trim: true)
        {:error, _none} -> []
      end

    Enum.find_value(lines, :none, fn line ->
      with [sha256, ^name] <- String.split(line),
           do: {:ok, %{url: url, sha256: sha256}},
           else: (_ -> nil)
    end)
  end

  @doc "Puts what the archive holds into `prefix`; an error leaves there what was there."
  @spec install(%{url: String.t(), sha256: String.t()}, Path.t(), Toolchain.environment()) ::
          :ok | {:error, String.t()}
  def install(archive, prefix, environment) do
    with {:ok, bytes} <- fetch(archive, environment), do: unpack(bytes, prefix, archive)
  end

  # From the cache, where it is as it should be.
  defp fetch(%{url: url} = archive, environment) do
    cached = Path.join(cache(environment), Path.basename(URI.parse(url).path))

    with {:ok, bytes} <- File.read(cached), :ok <- verify(bytes, archive) do
      {:ok, bytes}
    else
      _missing_or_wrong ->
        with {:ok, bytes} <- download(url, environment), :ok <- verify(bytes, archive) do
          keep(cached, bytes)
          {:ok, bytes}
        end
    end
  end

  defp cache(environment) do
    Toolchain.value(environment, "THUMBNAILER_CACHE") ||
      to_string(:filename.basedir(:user_cache, "thumbnailer"))
  end

  # A home that cannot be written costs the next build a download.
  defp keep(path, bytes) do
    draft = "#{path}.#{System.pid()}"

    with :ok <- File.mkdir_p(Path.dirname(path)),
         :ok <- File.write(draft, bytes),
         do: File.rename(draft, path)
  end

  defp verify(bytes, %{url: url, sha256: sha256}) do
    case Base.encode16(:crypto.hash(:sha256, bytes), case: :lower) do
      ^sha256 ->
        :ok

      other ->
        failed(
          "#{url} has #{byte_size(bytes)} bytes and the SHA-256 #{other}, checksums.txt says #{sha256}"
        )
    end
  end

  defp download(url, environment) do
    for application <- [:inets, :ssl] do
      # Mix from 1.15 on leaves out of the code path what a project does not list.
      if function_exported?(Mix, :ensure_application!, 1),
        do: apply(Mix, :ensure_application!, [application])

      {:ok, _started} = Application.ensure_all_started(application)
    end

    _ = proxy(Toolchain.value(environment, "HTTPS_PROXY"))
    options = [ssl: tls(environment), timeout: @timeout, connect_timeout: @connect_timeout]

    case :httpc.request(:get, {String.to_charlist(url), []}, options, body_format: :binary) do
      {:ok, {{_version, 200, _phrase}, _headers, body}} ->
        {:ok, body}

      {:ok, {{_version, status, _phrase}, _headers, _body}} ->
        failed("#{url} was answered with #{status}")

      {:error, why} ->
        failed("#{url} could not be had: #{inspect(why, limit: 20)}")
    end
  end

  defp proxy(nil), do: :ok

  defp proxy(address) do
    %URI{host: host, port: port} = URI.parse(address)
    :httpc.set_options(https_proxy: {{String.to_charlist(host), port}, []})
  end

  # :httpc verifies nothing unless it is told to.
  defp tls(environment) do
    authorities =
      case Toolchain.value(environment, "HEX_CACERTS_PATH") do
        nil -> [cacerts: :public_key.cacerts_get()]
        path -> [cacertfile: path]
      end

    [
      verify: :verify_peer,
      depth: 4,
      customize_hostname_check: [match_fun: :public_key.pkix_verify_hostname_match_fun(:https)]
    ] ++ authorities
  end

  # Beside the prefix first, so that it never holds a half of it.
  defp unpack(bytes, prefix, %{url: url}) do
    draft = "#{prefix}.#{System.pid()}"
    File.rm_rf!(draft)
    File.mkdir_p!(draft)

    with :ok <- :erl_tar.extract({:binary, bytes}, [:compressed, cwd: String.to_charlist(draft)]),
         true <- File.regular?(Path.join(draft, "thumbnailer")) do
      File.mkdir_p!(prefix)

      for name <- File.ls!(draft), target = Path.join(prefix, name) do
        File.rm_rf!(target)
        File.rename!(Path.join(draft, name), target)
      end

      :ok
    else
      false -> failed("#{url} holds no program")
      {:error, why} -> failed("#{url} cannot be unpacked: #{inspect(why)}")
    end
  after
    File.rm_rf("#{prefix}.#{System.pid()}")
  end

  defp failed(what) do
    {:error,
     "The precompiled port program of :thumbnailer cannot be used: #{what}.\n" <>
       "Set THUMBNAILER_BUILD=1 to build it here."}
  end
end
